// Names, shapes and initial values of every parameter and running statistic.
//
// Names of this project                                  in the authors' checkpoint
//   encoder.L.conv{1,2}.{weight,bias}                    encoder.ConvL.conv.{0,3}           L = 1..5
//   encoder.L.norm{1,2}.{weight,bias,mean,variance}      encoder.ConvL.conv.{1,4}           running_mean, running_var
//   motion.L.up.{weight,bias}, motion.L.upNorm.*         motion_decoder.Up(L+1).up.{1,2}    L = 4..1: the level that
//   motion.L.conv{1,2}.*, motion.L.norm{1,2}.*           motion_decoder.Up_conv(L+1).conv.* is made, not the one left
//   motion.out.{weight,bias}                             motion_decoder.Conv
//   anatomy.*                                            antomy_decoder.*, likewise
//   head.down.S.conv{1,2}, head.down.S.norm{1,2}         conv_blocks_context.S.blocks.{0,1}.{conv,instnorm}, S = 0..4;
//                                                        S = 4: .4.0.blocks.0 and .4.1.blocks.0
//   head.up.S.transpose.weight                           tu.(3 - S)                         S = 3..0: the stage made
//   head.up.S.conv{1,2}, head.up.S.norm{1,2}             conv_blocks_localization.(3 - S).{0,1}.blocks.0
//   head.out.S.weight                                    seg_outputs.(3 - S)                S = 0: full resolution
// Head kernels [O, I, z, y, x] are kept as [O, I, y, x] of the centre z.
import type { Architecture } from './architecture.ts';
import {
  ANATOMY_CHANNELS,
  headInputChannels,
  MOTION_CHANNELS,
  PATHOLOGY_CHANNELS,
} from './architecture.ts';
import { LEAKY_SLOPE } from './ops.ts';

/** How a parameter starts: He's normal distribution for convolutions, else a constant. */
export type Initialiser =
  | { readonly kind: 'he'; readonly fanIn: number }
  | { readonly kind: 'constant'; readonly value: number };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
  /** False for the running statistics of BatchNorm, which no gradient changes. */
  readonly isTrained: boolean;
}

/** A parameter's values, row-major. */
export interface ParameterArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Every parameter of a network by name, in the order of `parameterSpecs`. */
export type NamedParameters = ReadonlyMap<string, ParameterArray>;

const constant = (name: string, size: number, value: number): ParameterSpec => ({
  name,
  shape: [size],
  initialiser: { kind: 'constant', value },
  isTrained: true,
});

function convolution(
  name: string,
  [output, input, kernel]: readonly [number, number, number],
): ParameterSpec[] {
  return [
    {
      name: `${name}.weight`,
      shape: [output, input, kernel, kernel],
      initialiser: { kind: 'he', fanIn: input * kernel * kernel },
      isTrained: true,
    },
    constant(`${name}.bias`, output, 0),
  ];
}

function batchNorm(name: string, channels: number): ParameterSpec[] {
  return [
    constant(`${name}.weight`, channels, 1),
    constant(`${name}.bias`, channels, 0),
    { ...constant(`${name}.mean`, channels, 0), isTrained: false },
    { ...constant(`${name}.variance`, channels, 1), isTrained: false },
  ];
}

function instanceNorm(name: string, channels: number): ParameterSpec[] {
  return [constant(`${name}.weight`, channels, 1), constant(`${name}.bias`, channels, 0)];
}

type Norm = (name: string, channels: number) => ParameterSpec[];

/** conv1, norm1, conv2, norm2 of one level. */
function doubleConv(
  name: string,
  [input, output]: readonly [number, number],
  norm: Norm,
): ParameterSpec[] {
  return [
    ...convolution(`${name}.conv1`, [output, input, 3]),
    ...norm(`${name}.norm1`, output),
    ...convolution(`${name}.conv2`, [output, output, 3]),
    ...norm(`${name}.norm2`, output),
  ];
}

function encoder({ encoderWidths }: Architecture): ParameterSpec[] {
  return encoderWidths.flatMap((width, i) =>
    doubleConv(`encoder.${i + 1}`, [encoderWidths[i - 1] ?? 1, width], batchNorm),
  );
}

/** @param sources - 1: the frame's own skips (anatomy); 2: those of the reference too (motion) */
function decoder(
  name: string,
  { encoderWidths: widths }: Architecture,
  { sources, outputs }: { readonly sources: 1 | 2; readonly outputs: number },
): ParameterSpec[] {
  const levels = [4, 3, 2, 1].flatMap((level) => {
    const width = widths[level - 1];
    const below = widths[level] * (level === 4 ? sources : 1);
    return [
      ...convolution(`${name}.${level}.up`, [width, below, 3]),
      ...batchNorm(`${name}.${level}.upNorm`, width),
      ...doubleConv(`${name}.${level}`, [(sources + 1) * width, width], batchNorm),
    ];
  });
  return [...levels, ...convolution(`${name}.out`, [outputs, widths[0], 1])];
}

function withoutBias(
  name: string,
  shape: readonly [number, number, number, number],
  fanIn: number,
): ParameterSpec {
  return { name: `${name}.weight`, shape, initialiser: { kind: 'he', fanIn }, isTrained: true };
}

function head(architecture: Architecture): ParameterSpec[] {
  const widths = architecture.headWidths;
  const down = widths.flatMap((width, s) =>
    doubleConv(
      `head.down.${s}`,
      [widths[s - 1] ?? headInputChannels(architecture), width],
      instanceNorm,
    ),
  );
  const up = [3, 2, 1, 0].flatMap((s) => {
    const [width, below] = [widths[s], widths[s + 1]];
    return [
      // Each output pixel of a 2x2 transposed convolution at stride 2 meets one tap.
      withoutBias(`head.up.${s}.transpose`, [below, width, 2, 2], below),
      ...doubleConv(`head.up.${s}`, [2 * width, width], instanceNorm),
      withoutBias(`head.out.${s}`, [PATHOLOGY_CHANNELS, width, 1, 1], width),
    ];
  });
  return [...down, ...up];
}

/** Every parameter and running statistic, in a fixed order. */
export function parameterSpecs(architecture: Architecture): readonly ParameterSpec[] {
  return [
    ...encoder(architecture),
    ...decoder('anatomy', architecture, { sources: 1, outputs: ANATOMY_CHANNELS }),
    ...decoder('motion', architecture, { sources: 2, outputs: MOTION_CHANNELS }),
    ...head(architecture),
  ];
}

/** What each part of the network consists of; in `parameterSpecs` each part is in one piece. */
const PARTS = { all: /./, anatomy: /^(encoder|anatomy)\./, pathology: /^head\./ } as const;

/** True for what the outputs of a part depend on: of the pathology, the head alone. */
export const isOfPart = ({ name }: ParameterSpec, part: keyof typeof PARTS): boolean =>
  PARTS[part].test(name);

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Initial values of every parameter.
 *
 * @param normal - draws from the standard normal distribution; the same draws give the same network
 */
export function initialParameters(
  architecture: Architecture,
  normal: () => number,
): NamedParameters {
  return new Map(
    parameterSpecs(architecture).map(({ name, shape, initialiser }) => [
      name,
      { shape, values: initialValues(sizeOf(shape), initialiser, normal) },
    ]),
  );
}

/** He et al. 2015, eq. 15: gain for a leaky rectifier. */
function initialValues(size: number, initialiser: Initialiser, normal: () => number): Float32Array {
  if (initialiser.kind === 'constant') return new Float32Array(size).fill(initialiser.value);
  const deviation = Math.sqrt(2 / ((1 + LEAKY_SLOPE ** 2) * initialiser.fanIn));
  return Float32Array.from({ length: size }, () => deviation * normal());
}
