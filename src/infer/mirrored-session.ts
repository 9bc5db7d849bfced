// Test-time mirroring: the network sees each image four ways, and its answers are averaged.
import type { CineMyopsSession, CineOutputs, CineShape, ImagesShape } from '../network/session.ts';

/** Along which axes an image is mirrored. */
interface Mirroring {
  readonly rows: boolean;
  readonly columns: boolean;
}

const MIRRORINGS: readonly Mirroring[] = [
  { rows: false, columns: false },
  { rows: true, columns: false },
  { rows: false, columns: true },
  { rows: true, columns: true },
];

type PlaneShape = readonly [rows: number, columns: number];

/**
 * A session whose answers are the mean over four mirrorings, each turned back before it is averaged.
 * Logits and probabilities are only turned back; a displacement along a mirrored axis also changes
 * its sign, since mirroring a picture mirrors its movements.
 */
export function withMirroring(session: CineMyopsSession): CineMyopsSession {
  return {
    device: session.device,
    deviceReason: session.deviceReason,
    architecture: session.architecture,
    runAnatomy: (images, shape) => runAnatomy(session, images, shape),
    runCine: (cine, shape) => runCine(session, cine, shape),
    release: () => session.release(),
  };
}

async function runAnatomy(
  session: CineMyopsSession,
  images: Float32Array,
  shape: ImagesShape,
): Promise<Float32Array> {
  const plane = [shape[1], shape[2]] as const;
  const answers: Float32Array[] = [];
  for (const mirroring of MIRRORINGS) {
    const answer = await session.runAnatomy(mirror(images, plane, mirroring), shape);
    answers.push(mirror(answer, plane, mirroring));
  }
  return meanOf(answers);
}

async function runCine(
  session: CineMyopsSession,
  cine: Float32Array,
  shape: CineShape,
): Promise<CineOutputs> {
  const [, , rows, columns] = shape;
  const plane = [rows, columns] as const;
  const answers: CineOutputs[] = [];
  for (const mirroring of MIRRORINGS) {
    const { motion, anatomy, logits } = await session.runCine(
      mirror(cine, plane, mirroring),
      shape,
    );
    answers.push({
      motion: mirrorMotion(motion, plane, mirroring),
      anatomy: mirror(anatomy, plane, mirroring),
      logits: logits.map((own, k) => mirror(own, [rows / 2 ** k, columns / 2 ** k], mirroring)),
    });
  }
  return {
    motion: meanOf(answers.map(({ motion }) => motion)),
    anatomy: meanOf(answers.map(({ anatomy }) => anatomy)),
    logits: answers[0].logits.map((_, k) => meanOf(answers.map(({ logits }) => logits[k]))),
  };
}

/** Mirrors every plane `[rows, columns]` of an array; twice gives the array again. */
function mirror(
  values: Float32Array,
  [rows, columns]: PlaneShape,
  mirroring: Mirroring,
): Float32Array {
  const mirrored = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += rows * columns)
    for (let y = 0; y < rows; y++) {
      const from = start + (mirroring.rows ? rows - 1 - y : y) * columns;
      const to = start + y * columns;
      for (let x = 0; x < columns; x++)
        mirrored[to + x] = values[from + (mirroring.columns ? columns - 1 - x : x)];
    }
  return mirrored;
}

/** Planes alternate: displacement along rows' axis y, then along x. */
function mirrorMotion(motion: Float32Array, plane: PlaneShape, mirroring: Mirroring): Float32Array {
  const mirrored = mirror(motion, plane, mirroring);
  const size = plane[0] * plane[1];
  return mirrored.map((value, i) => {
    const isAlongX = Math.floor(i / size) % 2 === 1;
    return (isAlongX ? mirroring.columns : mirroring.rows) ? -value : value;
  });
}

function meanOf(answers: readonly Float32Array[]): Float32Array {
  return answers[0].map((_, i) => answers.reduce((sum, own) => sum + own[i], 0) / answers.length);
}
