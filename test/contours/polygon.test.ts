import { expect } from 'chai';
import * as fc from 'fast-check';
import { fillPolygon, polygonArea, type Corner } from '../../src/contours/polygon.ts';

const rectangle = (left: number, top: number, right: number, bottom: number): Corner[] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

const count = (mask: Uint8Array): number => mask.reduce((a, b) => a + b, 0);

/** A star-shaped outline of 40 corners about (20.3, 19.6). */
function star(radii: readonly number[]): Corner[] {
  return radii.map((radius, i) => {
    const angle = (2 * Math.PI * i) / radii.length;
    return [20.3 + radius * Math.cos(angle), 19.6 + radius * Math.sin(angle)];
  });
}

describe('polygon', () => {
  it('has the area worked out by hand, either way round', () => {
    const triangle: Corner[] = [
      [0, 0],
      [4, 0],
      [0, 3],
    ];
    expect(polygonArea(triangle)).to.equal(6);
    expect(polygonArea(triangle.toReversed())).to.equal(6);
  });

  it('fills the pixels that it covers by half or more; x is the column', () => {
    // Column 1 wholly, column 2 to 0.6, column 3 to 0.4 when it reaches on; rows 2 and 3 wholly.
    expect([...fillPolygon(rectangle(0.5, 1.5, 2.1, 3.5), 5, 6)]).to.deep.equal(
      [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0, 0],
        [0, 1, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
      ].flat(),
    );
    expect(count(fillPolygon(rectangle(0.5, 1.5, 1.9, 3.5), 5, 6))).to.equal(2);
  });

  it('cuts off what lies outside the image', () => {
    expect(count(fillPolygon(rectangle(-9, -9, 99, 99), 4, 5))).to.equal(20);
    expect(count(fillPolygon(rectangle(-9, -9, -2, -2), 4, 5))).to.equal(0);
  });

  it('keeps the area of a smooth outline within half a pixel along it, and moves with it', () => {
    const radii = fc.array(fc.double({ min: 6, max: 12, noNaN: true }), {
      minLength: 40,
      maxLength: 40,
    });
    fc.assert(
      fc.property(radii, (own) => {
        const outline = star(own);
        const mask = fillPolygon(outline, 40, 42);
        // Rounding to pixels errs both ways; 2 * pi * 12 pixels lie on the longest smooth outline.
        expect(Math.abs(count(mask) - polygonArea(outline))).to.be.lessThan(38);
        const moved = fillPolygon(
          outline.map(([x, y]): Corner => [x + 2, y + 1]),
          40,
          42,
        );
        for (let y = 0; y < 39; y++)
          for (let x = 0; x < 40; x++)
            expect(moved[(y + 1) * 42 + x + 2]).to.equal(mask[y * 42 + x]);
      }),
      { numRuns: 15 },
    );
  });
});
