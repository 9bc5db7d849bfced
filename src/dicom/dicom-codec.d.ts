// The few functions of @cornerstonejs/dicom-codec that are used; the package has no types.
declare module '@cornerstonejs/dicom-codec' {
  interface ImageInfo {
    readonly rows: number;
    readonly columns: number;
    readonly bitsAllocated: number;
    readonly samplesPerPixel: number;
    readonly signed: boolean;
  }
  interface DicomCodec {
    hasCodec(transferSyntaxUid: string): boolean;
    decode(
      imageFrame: Uint8Array,
      imageInfo: ImageInfo,
      transferSyntaxUid: string,
    ): Promise<{ imageFrame: Uint8Array }>;
  }
  const dicomCodec: DicomCodec;
  export default dicomCodec;
}
