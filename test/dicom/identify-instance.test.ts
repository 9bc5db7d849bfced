import { expect } from 'chai';
import { identifyInstance } from '../../src/dicom/identify-instance.ts';
import { encodePart10 } from '../../src/dicom/part10.ts';
import { NodeError } from '../../src/errors.ts';

const INSTANCE = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
  SOPInstanceUID: '2.25.1',
  StudyInstanceUID: '2.25.2',
  SeriesInstanceUID: '2.25.3',
  PatientName: 'Simulated^Heart',
  Rows: 64,
  Columns: 64,
};

const codeOf = (bytes: Uint8Array): string | undefined => {
  try {
    identifyInstance(bytes);
  } catch (error) {
    return error instanceof NodeError ? error.code : String(error);
  }
  return undefined;
};

describe('identifyInstance', () => {
  it('reads the three UIDs', () => {
    expect(identifyInstance(encodePart10(INSTANCE))).to.deep.equal({
      studyInstanceUid: '2.25.2',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.4',
      sopInstanceUid: '2.25.1',
    });
  });

  it('needs no more than the beginning of the file', () => {
    const PixelData = new Uint8Array(64 * 64 * 2);
    const whole = encodePart10({ ...INSTANCE, BitsAllocated: 16, PixelData });
    expect(identifyInstance(whole.subarray(0, 1024)).sopInstanceUid).to.equal('2.25.1');
  });

  it('refuses what is not DICOM, at every length', () => {
    for (const length of [0, 1, 131, 132, 200, 5000])
      expect(codeOf(new Uint8Array(length).fill(0x41))).to.equal('not-dicom');
  });

  it('names the attribute that is missing', () => {
    const { StudyInstanceUID, ...rest } = INSTANCE;
    expect(StudyInstanceUID).to.equal('2.25.2');
    expect(codeOf(encodePart10(rest))).to.equal('attribute-missing');
  });
});
