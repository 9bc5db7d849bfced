// Smooth random fields: value noise on a periodic lattice.
import type { Random } from './random.ts';

const SIZE = 32;
const MASK = SIZE - 1;

/** A smooth random function of space, values within [-1, 1], mean 0, one lattice cell a unit. */
export type Noise = (x: number, y: number, z: number) => number;

const mix = (a: number, b: number, k: number): number => a + (b - a) * k;

/** Trilinear value noise, smoothed, that repeats every 32 units. */
export function createNoise(random: Random): Noise {
  const lattice = new Float32Array(SIZE ** 3);
  for (let i = 0; i < lattice.length; i++) lattice[i] = 2 * random.next() - 1;
  const at = (x: number, y: number, z: number): number =>
    lattice[(((z & MASK) * SIZE + (y & MASK)) * SIZE + (x & MASK)) | 0];
  return (x, y, z) => {
    const [ix, iy, iz] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const [fx, fy, fz] = [x - ix, y - iy, z - iz];
    const [sx, sy, sz] = [fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)];
    const near = mix(
      mix(at(ix, iy, iz), at(ix + 1, iy, iz), sx),
      mix(at(ix, iy + 1, iz), at(ix + 1, iy + 1, iz), sx),
      sy,
    );
    const far = mix(
      mix(at(ix, iy, iz + 1), at(ix + 1, iy, iz + 1), sx),
      mix(at(ix, iy + 1, iz + 1), at(ix + 1, iy + 1, iz + 1), sx),
      sy,
    );
    return mix(near, far, sz);
  };
}

/** Noise over the wall of the ventricle: periodic in the angle. */
export function wallNoise(noise: Noise, theta: number, zeta: number, cells: number): number {
  const radius = cells / (2 * Math.PI);
  return noise(
    7.3 + radius * Math.cos(theta),
    3.1 + radius * Math.sin(theta),
    11.7 + zeta * cells * 0.4,
  );
}

/** 0 below `low`, 1 above `high`, a smooth cubic between. */
export function smoothstep(low: number, high: number, x: number): number {
  const k = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return k * k * (3 - 2 * k);
}
