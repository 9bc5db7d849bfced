import { expect } from 'chai';
import fc from 'fast-check';
import { buildHeart, type Heart } from '../../src/simulate/heart.ts';
import { createHeartPoint, lvMoment, toMaterial, toSpace } from '../../src/simulate/kinematics.ts';
import type { Condition } from '../../src/simulate/parameters.ts';
import { drawPatient } from '../../src/simulate/patient.ts';
import { createRandom } from '../../src/random.ts';
import { createWallPlace, locate, valueAt } from '../../src/simulate/wall-grid.ts';

function heartOf(seed: string, condition?: Condition): Heart {
  const random = createRandom(seed);
  return buildHeart(random.fork('heart'), drawPatient(random.fork('patient'), condition));
}

describe('kinematics', () => {
  const hearts = ['a', 'b', 'c'].map((seed) => heartOf(seed));

  it('has an inverse: space to material and back is the same point, at any time', () => {
    const coordinate = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.record({ u: coordinate(-45, 45), v: coordinate(-45, 45), a: coordinate(0, 85) }),
        coordinate(0, 1),
        (index, { u, v, a }, time) => {
          const { lv } = hearts[index];
          const moment = lvMoment(lv, time);
          const point = { ...createHeartPoint(), u, v, a };
          toMaterial(lv, moment, point);
          fc.pre(point.zeta >= 0 && point.zeta <= 1 && point.depth < 2);
          toSpace(lv, moment, point);
          // Both ways are closed forms: rounding alone is left.
          expect(Math.hypot(point.u - u, point.v - v, point.a - a)).to.be.lessThan(1e-9);
        },
      ),
    );
  });

  it('keeps the volume of any piece of wall', () => {
    const { lv } = heartOf('volume', 'infarct');
    const step = 1e-4;
    const jacobian = (rSquared: number, theta: number, zeta: number, time: number): number => {
      const moment = lvMoment(lv, time);
      const at = (dr: number, dt: number, dz: number) => {
        const point = createHeartPoint();
        point.rSquared = rSquared + dr;
        point.theta = theta + dt;
        point.zeta = zeta + dz;
        toSpace(lv, moment, point);
        return [point.u, point.v, point.a];
      };
      const origin = at(0, 0, 0);
      const columns = [at(step * rSquared, 0, 0), at(0, step, 0), at(0, 0, step)].map((moved) =>
        moved.map((value, i) => value - origin[i]),
      );
      const [a, b, c] = columns;
      return Math.abs(
        a[0] * (b[1] * c[2] - b[2] * c[1]) -
          a[1] * (b[0] * c[2] - b[2] * c[0]) +
          a[2] * (b[0] * c[1] - b[1] * c[0]),
      );
    };
    for (const [theta, zeta] of [
      [0.53, 0.212],
      [2.1, 0.437],
      [4.4, 0.637],
    ] as const) {
      const place = createWallPlace();
      locate(theta, zeta, place);
      // Half-way through the wall.
      const rSquared = (valueAt(lv.endoSquared, place) + valueAt(lv.epiSquared, place)) / 2;
      const change = jacobian(rSquared, theta, zeta, 0.35) / jacobian(rSquared, theta, zeta, 0);
      // One-sided differences of step 1e-4.
      expect(change).to.be.closeTo(1, 2e-3);
    }
  });

  it('is at rest at end diastole: every point is where it started', () => {
    const { lv } = heartOf('rest', 'healthy');
    const moment = lvMoment(lv, 0);
    expect(moment.stretch).to.equal(1);
    expect(moment.baseMm).to.equal(0);
  });
});
