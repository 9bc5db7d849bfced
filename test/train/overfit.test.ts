import { expect } from 'chai';
import { PATHOLOGY, TASK_LABEL } from '../../src/labels.ts';
import { doublingWidths } from '../../src/network/architecture.ts';
import { createOnnxTrainingEngine } from '../../src/network/onnx/training-engine.ts';
import { FULL_ANNOTATION } from '../../src/network/targets.ts';
import { RELEASED_SETTINGS, type TrainingSettings } from '../../src/network/training-step.ts';
import { createRandom } from '../../src/random.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { joinSamples } from '../../src/train/draw-batch.ts';
import { initialWeights } from '../../src/train/initial-weights.ts';
import { evenFractions, framesAt, heartCentre, showFrames } from '../../src/train/sample.ts';
import type { CineSlice } from '../../src/train/source.ts';
import { validate } from '../../src/train/validate.ts';
import type { ValidationCase } from '../../src/train/validation-cases.ts';
import { sampleLabels } from '../../src/train/view.ts';

const SIZE = 48;
const FRAMES = 4;
const ARCHITECTURE = {
  encoderWidths: doublingWidths(6),
  headWidths: doublingWidths(8),
  hasTextureChannel: false,
};

/** The slice of a simulated infarct with the most scar. */
function scarredSlice(seed: number): CineSlice {
  const { volume, labels } = simulateExam(seed, {
    condition: 'infarct',
    style: 'prior',
    slices: 4,
    phases: 8,
    matrix: 96,
    startsAtEndDiastole: true,
  });
  const [phases, slices, rows, columns] = volume.shape;
  const size = rows * columns;
  const frame = (values: { subarray: Uint8Array['subarray'] }, t: number, z: number) =>
    values.subarray((t * slices + z) * size, (t * slices + z + 1) * size);
  const scar = Array.from(
    { length: slices },
    (_, z) => frame(labels.labels, 0, z).filter((l) => l === TASK_LABEL.scar).length,
  );
  const z = scar.indexOf(Math.max(...scar));
  const frames = new Float32Array(phases * size);
  for (let t = 0; t < phases; t++) {
    const at = (t * slices + z) * size;
    frames.set(volume.voxels.subarray(at, at + size), t * size);
  }
  return {
    frames,
    shape: [phases, rows, columns],
    pixelSpacingMm: volume.pixelSpacingMm,
    cycleShare: 1,
    endDiastole: 0,
    labels: new Map([[0, frame(labels.labels, 0, z)]]),
    annotation: FULL_ANNOTATION,
  };
}

function caseOf(slice: CineSlice): ValidationCase {
  const view = {
    centre: heartCentre(slice),
    size: SIZE,
    pixelMm: 2,
    radians: 0,
    isMirrored: false,
  };
  const { cine, points } = showFrames(framesAt(slice, evenFractions(FRAMES)), { slice, view });
  const [, rows, columns] = slice.shape;
  const labels = sampleLabels(slice.labels.get(0) ?? new Uint8Array(0), [rows, columns], points);
  return {
    kind: 'cine',
    frames: FRAMES,
    size: SIZE,
    cine,
    labels,
    annotation: FULL_ANNOTATION,
  };
}

const STEPS = 600;

/** Less momentum than released, and a rate that falls, since there are hundreds of steps and not thousands. */
function settingsAt(step: number): TrainingSettings {
  const learningRate = 0.02 * Math.min(1, (step + 1) / 30) * (1 - step / STEPS) ** 0.9;
  return { ...RELEASED_SETTINGS, learningRate, momentum: 0.98 };
}

describe('training on two cases', () => {
  it('learns them by heart: the loss falls and the scar is found', async function () {
    this.timeout(300_000);
    const cases = [2, 4].map((seed) => caseOf(scarredSlice(seed)));
    for (const { labels } of cases)
      expect(labels.filter((l) => l === TASK_LABEL.scar).length).to.be.greaterThan(20);
    const random = createRandom('overfit');
    const batch = joinSamples(cases, { random, frames: FRAMES, size: SIZE });
    const parameters = initialWeights(ARCHITECTURE, random.fork('weights').normal);
    const engine = createOnnxTrainingEngine({ architecture: ARCHITECTURE, parameters });
    try {
      const totals: number[] = [];
      let scar = 0;
      for (let step = 0; step < STEPS && scar <= 0.9; step++) {
        totals.push((await engine.step(batch, settingsAt(step))).losses.total);
        if (step < STEPS / 3 || step % 20 !== 19) continue;
        const { parameters: learned } = engine.state();
        const network = { architecture: ARCHITECTURE, parameters: learned };
        scar = (await validate(network, cases)).dice['scar'];
      }
      expect(totals.at(-1)).to.be.lessThan(0.3 * totals[0]);
      expect(scar).to.be.greaterThan(0.9);
    } finally {
      await engine.release();
    }
  });

  it('knows scar by the number of the network, not of the labels', () => {
    expect(PATHOLOGY.scar).to.equal(3);
    expect(TASK_LABEL.scar).to.equal(5);
  });
});
