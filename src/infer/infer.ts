// One cine exam -> labels on its native grid.
import { PATHOLOGY, ANATOMY, type LabelVolume } from '../labels.ts';
import type { CineExam } from '../exam.ts';
import type { ModelIdentity } from '../model-identity.ts';
import type { CineMyopsSession } from '../network/session.ts';
import { zScore } from '../network/z-score.ts';
import type { Progress } from '../progress.ts';
import type { Segmentation } from '../segmentation.ts';
import { sliceExtentsMm, type Volume4D } from '../volume.ts';
import { keepLargestComponent } from './components.ts';
import { cycleCoverage, findEndPhases, shownFrames, type PhaseBlend } from './cycle.ts';
import { locateHeart } from './locate-heart.ts';
import { motionCentre } from './motion-hint.ts';
import { softmax } from './softmax.ts';
import {
  frameView,
  labelsToNative,
  nativeGrid,
  regionAround,
  toRegion,
  type NativeGrid,
  type Region,
} from './region.ts';

const ANATOMY_CLASSES = 4;
const PATHOLOGY_CLASSES = 5;

/** The network and how it wants to be fed (from the model's manifest). */
export interface Network {
  readonly session: CineMyopsSession;
  readonly identity: ModelIdentity;
  /** T: frames shown to the whole network. */
  readonly frames: number;
  /** From the first shown frame, end diastole, to the last, as a part of the R-R interval. */
  readonly cycleFraction: number;
  readonly pixelMm: number;
  /** Side of the region of interest; a multiple of 16 pixels. */
  readonly regionSizeMm: number;
}

interface Place {
  readonly volume: Volume4D;
  readonly grid: NativeGrid;
  readonly region: Region;
}

/**
 * Segments anatomy in every native phase, and pathology at end diastole.
 *
 * @throws {NodeError} `heart-not-found` when the model sees no left ventricle
 */
export async function inferExam(
  exam: CineExam,
  network: Network,
  progress: Progress,
): Promise<Segmentation> {
  const { volume } = exam;
  const { session, identity } = network;
  const sizeZ = volume.shape[1];
  const notes: string[] = [];
  progress('locate', 0, 1);
  const centre = identity.isTrained ? await locateHeart(volume, session) : motionCentre(volume);
  if (!identity.isTrained) {
    notes.push('the heart was looked for by its motion alone, since the model is untrained');
  }
  progress('locate', 1, 1);
  const { pixelMm, regionSizeMm } = network;
  const size = Math.ceil(regionSizeMm / pixelMm / 16) * 16;
  const region = regionAround(volume, centre, { z: Math.floor(sizeZ / 2), size, pixelMm });
  const place: Place = { volume, grid: nativeGrid(volume, pixelMm), region };

  const { anatomy, lvVolumes } = await segmentAnatomy(place, session, progress);
  const phases = findEndPhases(lvVolumes);
  const coverage = cycleCoverage(volume.triggerTimesMs, exam.rrIntervalsMs);
  const shown = shownFrames(network.frames, volume.shape[0], {
    endDiastole: phases.endDiastole,
    coverage,
    cycleFraction: network.cycleFraction,
  });
  const pathology = await segmentPathology(place, session, { shown, progress });
  notes.push(...cleanUp(anatomy, pathology));
  return {
    anatomy,
    pathology,
    ...phases,
    region: { centre, sizeMm: size * pixelMm },
    model: identity,
    notes,
  };
}

/** Anatomy of every native phase, and the LV blood volume of each, mm3. */
async function segmentAnatomy(
  { volume, grid, region }: Place,
  session: CineMyopsSession,
  progress: Progress,
): Promise<{ anatomy: LabelVolume; lvVolumes: number[] }> {
  const [sizeT, sizeZ, rows, columns] = volume.shape;
  const { size, pixelMm } = region;
  const plane = size * size;
  const labels = new Uint8Array(sizeT * sizeZ * rows * columns);
  const lvVolumes = new Array<number>(sizeT).fill(0);
  const extentsMm = sliceExtentsMm(volume.planes, volume.sliceThicknessMm);
  for (let z = 0; z < sizeZ; z++) {
    const images = new Float32Array(sizeT * plane);
    for (let t = 0; t < sizeT; t++) {
      const frame = toRegion(frameView(volume.voxels, volume.shape, t, z), grid, region, z);
      zScore(frame);
      images.set(frame, t * plane);
    }
    const probabilities = await session.runAnatomy(images, [sizeT, size, size]); // [T, 4, S, S]
    for (let t = 0; t < sizeT; t++) {
      const own = probabilities.subarray(
        t * ANATOMY_CLASSES * plane,
        (t + 1) * ANATOMY_CLASSES * plane,
      );
      lvVolumes[t] += sumOf(own, ANATOMY.lvBlood, plane) * pixelMm ** 2 * extentsMm[z];
      const at = (t * sizeZ + z) * rows * columns;
      labelsToNative(
        own,
        ANATOMY_CLASSES,
        { grid, region, z },
        labels.subarray(at, at + rows * columns),
      );
    }
    progress('anatomy', z + 1, sizeZ);
  }
  return { anatomy: { labels, shape: volume.shape }, lvVolumes };
}

/** Pathology at end diastole, slice by slice: the network's slices are independent. */
async function segmentPathology(
  { volume, grid, region }: Place,
  session: CineMyopsSession,
  { shown, progress }: { shown: readonly PhaseBlend[]; progress: Progress },
): Promise<LabelVolume> {
  const [, sizeZ, rows, columns] = volume.shape;
  const { size } = region;
  const plane = size * size;
  const labels = new Uint8Array(sizeZ * rows * columns);
  for (let z = 0; z < sizeZ; z++) {
    const cine = new Float32Array(shown.length * plane);
    for (const [k, blend] of shown.entries()) {
      const frame = toRegion(blendedFrame(volume, blend, z), grid, region, z);
      zScore(frame);
      cine.set(frame, k * plane);
    }
    const { logits } = await session.runCine(cine, [1, shown.length, size, size]);
    const probabilities = logits[0]; // [1, 5, S, S]
    softmax(probabilities, PATHOLOGY_CLASSES);
    labelsToNative(
      probabilities,
      PATHOLOGY_CLASSES,
      { grid, region, z },
      labels.subarray(z * rows * columns, (z + 1) * rows * columns),
    );
    progress('pathology', z + 1, sizeZ);
  }
  return { labels, shape: [1, sizeZ, rows, columns] };
}

function blendedFrame(volume: Volume4D, blend: PhaseBlend, z: number): Float32Array {
  const before = frameView(volume.voxels, volume.shape, blend.before, z);
  if (blend.weight === 0) return before;
  const after = frameView(volume.voxels, volume.shape, blend.after, z);
  return before.map((value, i) => value + blend.weight * (after[i] - value));
}

/** Keeps the largest component of LV, myocardium and scar; says what was cleared. */
function cleanUp(anatomy: LabelVolume, pathology: LabelVolume): string[] {
  for (let t = 0; t < anatomy.shape[0]; t++) {
    keepLargestComponent(anatomy, t, ANATOMY.lvBlood, ANATOMY.background);
    keepLargestComponent(anatomy, t, ANATOMY.myocardium, ANATOMY.background);
  }
  // What is not scar is still myocardium.
  const cleared = keepLargestComponent(pathology, 0, PATHOLOGY.scar, PATHOLOGY.healthyMyocardium);
  return cleared === 0
    ? []
    : [`${cleared} voxels of scar apart from the largest scar were counted as healthy`];
}

function sumOf(probabilities: Float32Array, channel: number, plane: number): number {
  let sum = 0;
  for (let i = channel * plane; i < (channel + 1) * plane; i++) sum += probabilities[i];
  return sum;
}
