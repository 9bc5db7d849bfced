// manifest.json: everything about a model version that its weights do not say.
import { z } from 'zod';
import { ANATOMY, PATHOLOGY } from '../../labels.ts';
import type { Architecture } from '../architecture.ts';

/** Changes when an older program could no longer read the folder. */
export const MANIFEST_FORMAT = 1;

/**
 * How the released network is fed: 17 frames of a 25-frame cycle from end diastole (its first 4/6),
 * so that the last one is 16/25 of a cycle after the first.
 */
export const RELEASED_INPUT = {
  frames: 17,
  cycleFraction: 16 / 25,
  pixelSpacingMm: 1,
  regionSizeMm: 128,
  pathologySizeMm: 96,
  normalisation: 'z-score per frame',
} as const;

/** Channel names of the outputs in order; a model with another order is refused. */
export const LABEL_ORDERS = {
  anatomy: Object.keys(ANATOMY),
  pathology: Object.keys(PATHOLOGY),
  motion: ['y', 'x'],
};

/** Files of a model folder besides the manifest itself. */
export const MODEL_FILES = {
  anatomy: 'anatomy.onnx',
  cinemyops: 'cinemyops.onnx',
  weights: 'weights.safetensors',
} as const;

const width = z.number().int().positive().max(4096);
const widths = z.tuple([width, width, width, width, width]);
const names = z.array(z.string());

/** A whole body's width is half of it; memory grows with its square. */
export const MAX_SIDE_MM = 1024;

const sideMm = z.number().positive().max(MAX_SIDE_MM);

const architectureSchema: z.ZodType<Architecture> = z.strictObject({
  encoderWidths: widths,
  headWidths: widths,
  hasTextureChannel: z.boolean(),
});

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const fileSchema = z.strictObject({ bytes: z.number().int().positive(), sha256 });

/** Where the weights come from. */
const originSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('seeded'), seed: z.number().int() }),
  z.strictObject({ kind: z.literal('imported'), checkpointSha256: sha256 }),
  z.strictObject({ kind: z.literal('trained') }),
]);

/** A version is a folder name: letters, digits, dots, hyphens and underscores. */
export const VERSION_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const manifestSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  version: z.string().regex(VERSION_PATTERN),
  isTrained: z.boolean(),
  /** False when held-out cases show that the model does not find scar yet. */
  findsPathology: z.boolean().default(true),
  /** Measured weaknesses, a sentence each; every result repeats them. */
  cautions: z.array(z.string().min(1).max(300)).default([]),
  deviceUid: z.string().regex(/^2\.25\.(0|[1-9]\d{0,38})$/),
  architecture: architectureSchema,
  input: z.strictObject({
    frames: z.number().int().positive().max(1024),
    /** From the first frame, end diastole, to the last, as a part of the R-R interval. */
    cycleFraction: z.number().positive().max(1),
    pixelSpacingMm: z.number().min(0.25).max(10),
    /** Side of the square around the heart in which anatomy is segmented. */
    regionSizeMm: sideMm,
    /**
     * Side of the square around the left ventricle that the whole network is run on: that of the training patch, since
     * motion is told in units of the image's side and the head's norms are taken over the image.
     */
    pathologySizeMm: sideMm.default(RELEASED_INPUT.pathologySizeMm),
    normalisation: z.literal(RELEASED_INPUT.normalisation),
  }),
  labels: z.strictObject({ anatomy: names, pathology: names, motion: names }),
  origin: originSchema,
  /** What training wrote down about itself; null when it was not trained here. */
  training: z.record(z.string(), z.json()).nullable(),
  notice: z.string(),
  files: z.strictObject({
    [MODEL_FILES.anatomy]: fileSchema,
    [MODEL_FILES.cinemyops]: fileSchema,
    [MODEL_FILES.weights]: fileSchema,
  }),
});

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

export type ModelOrigin = Manifest['origin'];

export type TrainingRecord = NonNullable<Manifest['training']>;

export type ModelInput = Manifest['input'];
