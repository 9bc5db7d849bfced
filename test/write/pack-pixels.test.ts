import { expect } from 'chai';
import fc from 'fast-check';
import { packBinary, packLabelmap } from '../../src/write/pack-pixels.ts';

describe('packBinary', () => {
  it('puts the first voxel into the lowest bit and goes on across frames', () => {
    const frames = [Uint8Array.of(1, 0, 1), Uint8Array.of(0, 1, 1), Uint8Array.of(1, 1, 0)];
    const packed = packBinary(frames.map((labels) => ({ labels, value: 1 })));
    expect(packed).to.deep.equal(Uint8Array.of(0b11110101, 0));
  });

  it("takes the voxels of the frame's own label alone", () => {
    const labels = Uint8Array.of(0, 1, 2, 3);
    expect(packBinary([{ labels, value: 2 }])).to.deep.equal(Uint8Array.of(0b0100, 0));
    expect(packBinary([{ labels, value: 0 }])).to.deep.equal(Uint8Array.of(0b0001, 0));
  });

  it('loses no voxel of any number of frames of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ max: 3, minLength: 1, maxLength: 40 }), { maxLength: 6 }),
        (frames) => {
          const packed = packBinary(frames.map((labels) => ({ labels, value: 3 })));
          expect(packed.length % 2).to.equal(0);
          const voxels = frames.flatMap((labels) => [...labels]);
          const bits = [...packed].flatMap((byte) =>
            Array.from({ length: 8 }, (_, bit) => (byte >> bit) % 2),
          );
          expect(bits.slice(0, voxels.length)).to.deep.equal(voxels.map((v) => (v === 3 ? 1 : 0)));
          expect(bits.slice(voxels.length).includes(1)).to.equal(false);
        },
      ),
    );
  });
});

describe('packLabelmap', () => {
  it('numbers segments from 1 in their order and leaves the rest 0', () => {
    const frames = [Uint8Array.of(0, 1, 2), Uint8Array.of(3, 4, 2)];
    expect(packLabelmap(frames, [2, 1, 4])).to.deep.equal(Uint8Array.of(0, 2, 1, 0, 3, 1));
  });
});
