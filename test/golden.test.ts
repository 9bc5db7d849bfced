// test-data/: a small exam in the repository against what a reader of other make says of it.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { unzipSync } from 'fflate';
import { readInput } from '../src/commands/read-input.ts';
import { readFrames } from '../src/dicom/read-frames.ts';
import { groupCine } from '../src/group/group.ts';
import { simulateExam } from '../src/simulate/simulate.ts';
import { writeSimulatedExam } from '../src/simulate/write-simulated-exam.ts';
import { frameOffset, planeOffsetsMm } from '../src/volume.ts';

const file = (name: string): string =>
  new URL(`../test-data/simulated-philips.${name}`, import.meta.url).pathname;

interface Expected {
  readonly slices: readonly {
    readonly offsetMm: number;
    readonly instanceNumbers: readonly number[];
    readonly pixelSums: readonly number[];
  }[];
}

interface Truth {
  readonly truth: Readonly<Record<string, number>>;
}

describe('the exam in test-data', () => {
  it('is grouped as position and trigger time say, every pixel in its slice and phase', async () => {
    const { slices } = JSON.parse(readFileSync(file('expected.json'), 'utf8')) as Expected;
    const { frames, unreadable } = readFrames(await readInput(file('zip')));
    expect(unreadable).to.deep.equal([]);
    const { volume, sources, completeness } = await groupCine({
      frames,
      unreadable,
      waitIsOver: false,
    });
    expect(completeness.verdict).to.equal('complete');
    const [sizeT, sizeZ, rows, columns] = volume.shape;
    expect([sizeT, sizeZ]).to.deep.equal([slices[0].instanceNumbers.length, slices.length]);
    const numberOf = new Map(frames.map((f) => [f.source.sopInstanceUid, f.instanceNumber]));
    for (const [z, expected] of slices.entries()) {
      expect(planeOffsetsMm(volume.planes)[z]).to.be.closeTo(expected.offsetMm, 0.051); // rounded to 0.1
      for (let t = 0; t < sizeT; t++) {
        const { sopInstanceUid } = sources[t * sizeZ + z];
        expect(numberOf.get(sopInstanceUid)).to.equal(expected.instanceNumbers[t]);
        const start = frameOffset(volume.shape, t, z);
        const frame = volume.voxels.subarray(start, start + rows * columns);
        const sum = frame.reduce((a, b) => a + b, 0);
        expect(sum).to.equal(expected.pixelSums[t]);
      }
    }
  });

  it('is what the simulator still makes of its seed', () => {
    const options = { condition: 'infarct', slices: 4, phases: 10, matrix: 96 } as const;
    const { truth } = JSON.parse(readFileSync(file('truth.json'), 'utf8')) as Truth;
    const exam = simulateExam(7, options);
    for (const [name, value] of Object.entries(truth))
      expect(exam.truth[name as keyof typeof exam.truth], name).to.be.closeTo(value, 1e-6);
    const files = writeSimulatedExam(exam, 'philips');
    expect(files).to.have.lengthOf(40);
    const kept = Object.values(unzipSync(readFileSync(file('zip'))));
    const sorted = (all: readonly Uint8Array[]) =>
      all.map((b) => Buffer.from(b).toString('base64')).toSorted();
    expect(sorted(kept)).to.deep.equal(sorted(files.map(({ bytes }) => bytes)));
  });
});
