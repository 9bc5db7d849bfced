import { expect } from 'chai';
import { stowAnswer } from '../../src/web/stow-answer.ts';

const identity = { studyInstanceUid: '1.2', sopClassUid: '1.2.3', sopInstanceUid: '1.2.3.4' };
const reference = {
  '00081150': { vr: 'UI', Value: ['1.2.3'] },
  '00081155': { vr: 'UI', Value: ['1.2.3.4'] },
};

describe('stowAnswer', () => {
  it('lists as many items as were accepted, without a failed sequence', () => {
    const accepted = { kind: 'accepted', identity } as const;
    const { status, body } = stowAnswer([accepted, accepted]);
    expect(status).to.equal(200);
    expect(body['00081199']).to.deep.equal({ vr: 'SQ', Value: [reference, reference] });
    expect(Object.keys(body)).to.not.include('00081198');
  });

  it('accounts for the unreadable ones among others with 202', () => {
    const { status, body } = stowAnswer([{ kind: 'accepted', identity }, { kind: 'unreadable' }]);
    expect(status).to.equal(202);
    expect(body['00081199'].Value).to.have.lengthOf(1);
    expect(body['00081198']).to.deep.equal({
      vr: 'SQ',
      Value: [{ '00081197': { vr: 'US', Value: [0xc000] } }],
    });
  });

  it('answers 409 when the study is not in the PACS', () => {
    const { status, body } = stowAnswer([{ kind: 'unknown-study', identity }]);
    expect(status).to.equal(409);
    expect(body['00081198'].Value).to.deep.equal([
      { ...reference, '00081197': { vr: 'US', Value: [0x0110] } },
    ]);
  });
});
