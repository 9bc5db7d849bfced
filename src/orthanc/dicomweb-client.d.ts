// Types of the little of dicomweb-client that is used; those of the package are wrong.
declare module 'dicomweb-client' {
  interface RequestSettings {
    /** Anything that behaves as a browser's XMLHttpRequest. */
    readonly instance: unknown;
  }

  class DICOMwebClient {
    constructor(options: {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly verbose: false;
    });
    storeInstances(options: {
      readonly studyInstanceUID?: string;
      readonly datasets: readonly Uint8Array[];
      readonly request: RequestSettings;
    }): Promise<unknown>;
    searchForInstances(options: {
      readonly studyInstanceUID: string;
      readonly seriesInstanceUID: string;
      readonly request: RequestSettings;
    }): Promise<unknown>;
  }

  export const api: { readonly DICOMwebClient: typeof DICOMwebClient };
  export type { DICOMwebClient };
}
