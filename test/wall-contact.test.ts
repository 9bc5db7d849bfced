import { expect } from 'chai';
import { ANATOMY } from '../src/labels.ts';
import { wallContact } from '../src/wall-contact.ts';

const { lvBlood: B, myocardium: M, rvBlood: R } = ANATOMY;

describe('contact of blood with its wall', () => {
  const shape = [2, 2, 2, 3] as const;
  const empty = [0, 0, 0, 0, 0, 0];
  const labels = Uint8Array.from([...empty, ...empty, ...empty, M, B, R, 0, B, M]);

  it('counts the sides of blood in one slice of one phase, those at the edge of the image too', () => {
    expect(wallContact({ labels, shape }, 1, 1)).to.deep.equal({ border: 6, walled: 2 });
  });

  it('is none where there is no blood', () => {
    expect(wallContact({ labels, shape }, 1, 0)).to.deep.equal({ border: 0, walled: 0 });
    expect(wallContact({ labels, shape }, 0, 1)).to.deep.equal({ border: 0, walled: 0 });
  });
});
