import { expect } from 'chai';
import { componentsOf, keepLargestComponent } from '../../src/infer/components.ts';
import type { LabelVolume } from '../../src/labels.ts';

function volume(...phases: readonly (readonly string[])[]): LabelVolume {
  const rows = phases[0];
  const labels = Uint8Array.from(phases.flatMap((p) => Array.from(p.join(''), Number)));
  return { labels, shape: [phases.length, 1, rows.length, rows[0].length] };
}

describe('keepLargestComponent', () => {
  it('clears islands of the label only, in that phase only', () => {
    const island = ['33000', '33020', '00003'];
    const v = volume(island, island);
    keepLargestComponent(v, 0, 3, 1);
    expect([...v.labels].join('')).to.equal('330003302000001' + '330003302000003');
  });

  it('joins slices that overlap by a corner', () => {
    const v: LabelVolume = {
      labels: Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 2]),
      shape: [1, 2, 2, 2],
    };
    keepLargestComponent(v, 0, 2, 0);
    expect([...v.labels].join('')).to.equal('20000002');
  });

  it('does nothing without the label', () => {
    const v = volume(['000']);
    keepLargestComponent(v, 0, 2, 0);
    expect([...v.labels]).to.deep.equal([0, 0, 0]);
  });
});

describe('componentsOf', () => {
  it('joins different labels that belong together', () => {
    const { labels, shape } = volume(['34000', '00043']);
    const apart = componentsOf(labels, shape, [3, 4]);
    expect(apart.sizes).to.deep.equal([0, 2, 2]);
    expect([...apart.component]).to.deep.equal([1, 1, 0, 0, 0, 0, 0, 0, 2, 2]);
    expect(componentsOf(labels, shape, [3]).sizes).to.deep.equal([0, 1, 1]);
  });
});
