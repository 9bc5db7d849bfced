// Smooth random fields: value noise on a periodic lattice.
import type { Random } from '../random.ts';

const SIZE = 32;
const MASK = SIZE - 1;

/** A smooth random function of space, values within [-1, 1], mean 0, one lattice cell a unit. */
export type Noise = (x: number, y: number, z: number) => number;

/** Trilinear value noise, smoothed, that repeats every 32 units. */
export function createNoise(random: Random): Noise {
  const lattice = new Float32Array(SIZE ** 3);
  for (let i = 0; i < lattice.length; i++) lattice[i] = 2 * random.next() - 1;
  // Called for every voxel: no arrays, no calls.
  return (x, y, z) => {
    const ix = Math.floor(x);
    const iy = Math.floor(y);
    const iz = Math.floor(z);
    const fx = x - ix;
    const fy = y - iy;
    const fz = z - iz;
    const sx = fx * fx * (3 - 2 * fx);
    const sy = fy * fy * (3 - 2 * fy);
    const sz = fz * fz * (3 - 2 * fz);
    const x0 = ix & MASK;
    const x1 = (ix + 1) & MASK;
    const y0 = (iy & MASK) * SIZE;
    const y1 = ((iy + 1) & MASK) * SIZE;
    const z0 = (iz & MASK) * SIZE * SIZE;
    const z1 = ((iz + 1) & MASK) * SIZE * SIZE;
    const near0 = lattice[z0 + y0 + x0] + (lattice[z0 + y0 + x1] - lattice[z0 + y0 + x0]) * sx;
    const near1 = lattice[z0 + y1 + x0] + (lattice[z0 + y1 + x1] - lattice[z0 + y1 + x0]) * sx;
    const far0 = lattice[z1 + y0 + x0] + (lattice[z1 + y0 + x1] - lattice[z1 + y0 + x0]) * sx;
    const far1 = lattice[z1 + y1 + x0] + (lattice[z1 + y1 + x1] - lattice[z1 + y1 + x0]) * sx;
    const near = near0 + (near1 - near0) * sy;
    return near + (far0 + (far1 - far0) * sy - near) * sz;
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
