// One centre for the blood that is seen in all slices.

/** Half the side of the square in which a slice looks for blood. */
const NEAR_MM = 30;
/** So much blood in it is half a vote: a slice says where the ventricle is, not by how much. */
const HALF_VOTE_MM2 = 400;
/** Of the weight around the winner, in which the centroid is taken twice. */
const SPREADS_MM = [30, 25];

/**
 * The centre that most slices have blood around, however much of something else a few of them have elsewhere.
 *
 * @param slices - `[size, size]` each: how much a pixel looks like blood of the left ventricle
 * @returns indices `[y, x]`, fractional
 */
export function voteOnCentre(
  slices: readonly Float64Array[],
  size: number,
  pixelMm: number,
): readonly [y: number, x: number] {
  const votes = new Float64Array(size * size);
  const all = new Float64Array(size * size);
  for (const evidence of slices) {
    const around = boxSums(evidence, size, Math.round(NEAR_MM / pixelMm));
    for (let i = 0; i < votes.length; i++) {
      votes[i] += around[i] / (around[i] + HALF_VOTE_MM2 / pixelMm ** 2);
      all[i] += evidence[i];
    }
  }
  const best = votes.reduce((at, vote, i) => (vote > votes[at] ? i : at), 0);
  let centre: readonly [number, number] = [Math.floor(best / size), best % size];
  for (const spreadMm of SPREADS_MM)
    centre = centroidNear(all, size, { centre, spread: spreadMm / pixelMm });
  return centre;
}

/** Sums over squares of `2 radius + 1` pixels, cut off at the border. */
function boxSums(values: Float64Array, size: number, radius: number): Float64Array {
  const along = (source: Float64Array, step: number, next: number): Float64Array => {
    const sums = new Float64Array(source.length);
    for (let line = 0; line < size; line++) {
      const at = (i: number): number => line * next + i * step;
      let sum = 0;
      for (let i = 0; i < Math.min(radius, size); i++) sum += source[at(i)];
      for (let i = 0; i < size; i++) {
        if (i + radius < size) sum += source[at(i + radius)];
        if (i > radius) sum -= source[at(i - radius - 1)];
        sums[at(i)] = sum;
      }
    }
    return sums;
  };
  return along(along(values, 1, size), size, 1);
}

/** Centroid of the evidence, islands far from the centre losing their weight. */
function centroidNear(
  evidence: Float64Array,
  size: number,
  { centre, spread }: { centre: readonly [number, number]; spread: number },
): readonly [number, number] {
  let [sum, sumY, sumX] = [0, 0, 0];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (evidence[y * size + x] === 0) continue;
      const square = (y - centre[0]) ** 2 + (x - centre[1]) ** 2;
      const w = evidence[y * size + x] * Math.exp(-square / (2 * spread ** 2));
      sum += w;
      sumY += w * y;
      sumX += w * x;
    }
  }
  return [sumY / sum, sumX / sum];
}
