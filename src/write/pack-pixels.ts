// Labels as the pixels of DICOM segmentations.

/** The labels of one frame, and the value that is the segment (binary only). */
export interface BinaryFrame {
  readonly labels: Uint8Array;
  readonly value: number;
}

/**
 * One bit a voxel over the whole stream of frames: the first voxel is the lowest bit of the first
 * byte, and a frame may begin inside a byte (PS3.5 8.2, PS3.3 C.8.20.2).
 *
 * @returns padded with zero bits to an even number of bytes
 */
export function packBinary(frames: readonly BinaryFrame[]): Uint8Array {
  const voxelCount = frames.reduce((sum, { labels }) => sum + labels.length, 0);
  const bytes = new Uint8Array(2 * Math.ceil(voxelCount / 16));
  let start = 0;
  for (const { labels, value } of frames) {
    // By index, as this runs over some 50 million voxels.
    for (let i = 0; i < labels.length; i++)
      if (labels[i] === value) bytes[(start + i) >> 3] |= 1 << ((start + i) & 7);
    start += labels.length;
  }
  return bytes;
}

/**
 * One byte a voxel that holds its segment number, 0 where no segment is.
 *
 * @param values - label of each segment, in the order of segment numbers from 1
 */
export function packLabelmap(frames: readonly Uint8Array[], values: readonly number[]): Uint8Array {
  const segmentNumbers = Uint8Array.from({ length: 256 }, (_, label) => values.indexOf(label) + 1);
  const bytes = new Uint8Array(frames.reduce((sum, labels) => sum + labels.length, 0));
  let position = 0;
  for (const labels of frames)
    for (const label of labels) bytes[position++] = segmentNumbers[label] ?? 0;
  return bytes;
}
