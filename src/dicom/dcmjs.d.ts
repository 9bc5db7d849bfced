// Types of the part of dcmjs 0.51.1 that is used; the package has none.
declare module 'dcmjs' {
  /** One element of a data set in dcmjs' tag form. */
  export interface DcmjsElement {
    vr: string;
    Value?: unknown[];
  }

  /** Eight upper-case hexadecimal digits -> element. */
  export type DcmjsDict = Record<string, DcmjsElement>;

  export interface DcmjsDictionaryEntry {
    /** `(GGGG,EEEE)` */
    tag: string;
    /** A VR, or `ox`, `xs`, `up`, `lt` where the standard leaves a choice. */
    vr: string;
    vm: string;
    name: string;
  }

  export interface DcmjsWriteOptions {
    allowInvalidVRLength?: boolean;
    fragmentMultiframe?: boolean;
  }

  class DicomDict {
    constructor(meta: DcmjsDict);
    meta: DcmjsDict;
    dict: DcmjsDict;
    write(options?: DcmjsWriteOptions): ArrayBuffer;
  }

  export const data: {
    DicomDict: typeof DicomDict;
    DicomMessage: {
      isEncapsulated(transferSyntaxUid: string): boolean;
    };
    DicomMetaDictionary: {
      nameMap: Record<string, DcmjsDictionaryEntry | undefined>;
      dictionary: Record<string, DcmjsDictionaryEntry | undefined>;
    };
  };

  export const log: { setLevel(level: 'silent', persist: boolean): void };
}
