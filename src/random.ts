// Seeded randomness: the same seed and label give the same numbers on every machine.

/** A stream of random numbers; `fork` gives an independent stream that later draws do not disturb. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  readonly uniform: (range: Range) => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** Whole number in the range, both ends included. */
  readonly integer: (range: Range) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** A stream that depends on this stream's seed and the label alone. */
  readonly fork: (label: string) => Random;
}

/** Lower and upper end. */
export type Range = readonly [low: number, high: number];

/** Four 32-bit words from a text (cyrb128, public domain, github.com/bryc/code). */
function hashWords(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

/** The sfc32 generator (PractRand, public domain), 2^128 states. */
function sfc32(seed: string): () => number {
  let [a, b, c, d] = hashWords(seed);
  const next = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A stream of random numbers from a seed. */
export function createRandom(seed: string): Random {
  const next = sfc32(seed);
  const uniform = ([low, high]: Range): number => low + (high - low) * next();
  const integer = ([low, high]: Range): number => low + Math.floor((high - low + 1) * next());
  return {
    next,
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (probability) => next() < probability,
    pick: (choices) => {
      const choice = choices[Math.floor(next() * choices.length)];
      if (choices.length === 0) throw new RangeError('nothing to pick from');
      return choice;
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  };
}
