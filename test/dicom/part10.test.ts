import { expect } from 'chai';
import fc from 'fast-check';
import { decimalString, integerString } from '../../src/dicom/decimal-string.ts';
import {
  decodePart10,
  encodePart10,
  EXPLICIT_VR_LITTLE_ENDIAN,
  IMPLICIT_VR_LITTLE_ENDIAN,
  type NaturalDataset,
} from '../../src/dicom/part10.ts';
import { NodeError } from '../../src/errors.ts';

const identity = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.4', SOPInstanceUID: '2.25.1' };

const roundTrip = (dataset: NaturalDataset): NaturalDataset =>
  decodePart10(encodePart10({ ...identity, ...dataset }));

describe('encodePart10 and decodePart10', () => {
  it('bring every kind of value back', () => {
    const dataset = {
      ImageType: ['DERIVED', 'PRIMARY'],
      PatientName: 'Doe^Jane',
      PatientID: null,
      PatientComments: 'one\\two',
      StudyDate: '20200229',
      InstanceNumber: 7,
      TriggerTime: 12.5,
      NominalCardiacTriggerDelayTime: 33.1,
      FrameIncrementPointer: ['ReferencedSegmentNumber', 'TemporalPositionIndex'],
      DimensionIndexSequence: [{ DimensionIndexPointer: 'InStackPositionNumber' }],
      ReferencedSeriesSequence: [],
      PixelMeasuresSequence: [{ PixelSpacing: [1.25, 0.5] }],
    };
    expect(roundTrip(dataset)).to.deep.equal({ ...identity, ...dataset });
  });

  it('write the same bytes each time, and in the order of tags whatever the order of keys', () => {
    const one = { ...identity, StudyDate: '20200101', Rows: 3 };
    const other = { Rows: 3, StudyDate: '20200101', ...identity };
    expect(Buffer.from(encodePart10(one)).equals(encodePart10(one))).to.equal(true);
    expect(Buffer.from(encodePart10(one)).equals(encodePart10(other))).to.equal(true);
  });

  it('write text beyond ASCII in UTF-8 and say so', () => {
    const back = roundTrip({ PatientName: 'Müller^Jörg=漢字', InstitutionName: 'Hôpital' });
    expect(back.SpecificCharacterSet).to.equal('ISO_IR 192');
    expect(back.PatientName).to.equal('Müller^Jörg=漢字');
    expect(back.InstitutionName).to.equal('Hôpital');
    expect(roundTrip({ PatientName: 'Doe' }).SpecificCharacterSet).to.equal(undefined);
    expect(() => roundTrip({ SpecificCharacterSet: 'ISO_IR 100', PatientName: 'Jörg' })).to.throw(
      RangeError,
      'ISO_IR 192',
    );
  });

  it('find text beyond ASCII inside sequence items', () => {
    const item = { CodeValue: '1', CodingSchemeDesignator: '99X', CodeMeaning: 'Ödem' };
    const back = roundTrip({ ConceptNameCodeSequence: [item] });
    expect(back.SpecificCharacterSet).to.equal('ISO_IR 192');
    expect(back.ConceptNameCodeSequence).to.deep.equal([item]);
  });

  it('write pixel data from a view without the rest of its buffer, padded to even length', () => {
    const all = Uint8Array.of(9, 9, 1, 2, 3, 9, 9);
    const pixels = { BitsAllocated: 8, PixelData: all.subarray(2, 5) };
    expect(roundTrip(pixels).PixelData).to.deep.equal(Uint8Array.of(1, 2, 3, 0));
  });

  it('choose OB or OW by BitsAllocated and US or SS by PixelRepresentation', () => {
    const vrOf = (bytes: Uint8Array, tag: readonly number[]): string => {
      const at = Buffer.from(bytes).indexOf(Buffer.from(tag));
      return Buffer.from(bytes.subarray(at + 4, at + 6)).toString('latin1');
    };
    const pixelData = [0xe0, 0x7f, 0x10, 0x00];
    const paddingValue = [0x28, 0x00, 0x20, 0x01];
    const words = {
      ...identity,
      BitsAllocated: 16,
      PixelRepresentation: 1,
      PixelPaddingValue: -5,
      PixelData: Int16Array.of(-1, 2),
    };
    expect(vrOf(encodePart10(words), pixelData)).to.equal('OW');
    expect(vrOf(encodePart10(words), paddingValue)).to.equal('SS');
    const bits = { ...identity, BitsAllocated: 1, PixelData: Uint8Array.of(1, 0) };
    expect(vrOf(encodePart10(bits), pixelData)).to.equal('OB');
    expect(() => encodePart10({ ...words, PixelRepresentation: 0 })).to.throw(RangeError);
  });

  it('write one fragment a frame in an encapsulated syntax', () => {
    const frames = [new Uint8Array(50_001).fill(1), Uint8Array.of(2, 3)];
    const bytes = encodePart10(
      { ...identity, BitsAllocated: 8, PixelData: frames },
      { transferSyntaxUid: '1.2.840.10008.1.2.5' },
    );
    const items = Buffer.from(bytes).toString('latin1').split('\xfe\xff\x00\xe0').length - 1;
    expect(items).to.equal(3); // offset table and two frames
  });

  it('refuse a keyword that does not exist', () => {
    expect(() => roundTrip({ PatientsName: 'Doe' })).to.throw(RangeError, 'PatientsName');
  });

  it('refuse values that their VR cannot hold, without telling them', () => {
    const cases: readonly (readonly [NaturalDataset, string])[] = [
      [{ Rows: 70000 }, 'Rows (US)'],
      [{ Rows: 1.5 }, 'Rows (US)'],
      [{ Rows: '5' }, 'Rows (US)'],
      [{ TriggerTime: Number.NaN }, 'TriggerTime (DS)'],
      [{ InstanceNumber: 1.5 }, 'InstanceNumber (IS)'],
      [{ PatientName: 5 }, 'PatientName (PN)'],
      [{ PatientID: Uint8Array.of(1) }, 'PatientID (LO)'],
      [{ Modality: 'MÄ' }, 'Modality (CS)'],
      [{ DimensionIndexPointer: 'Nothing' }, 'DimensionIndexPointer (AT)'],
      [{ PixelMeasuresSequence: 'x' }, 'PixelMeasuresSequence (SQ)'],
    ];
    for (const [dataset, told] of cases)
      expect(() => roundTrip(dataset)).to.throw(RangeError, told);
  });

  it('refuse a data set without an identity', () => {
    expect(() => encodePart10({ SOPClassUID: '1.2' })).to.throw(RangeError, 'SOPInstanceUID');
  });

  it('refuse bytes that are not DICOM', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(300)])
      expect(() => decodePart10(bytes))
        .to.throw(NodeError)
        .with.property('code', 'not-dicom');
  });

  it('refuse a file cut short at any byte of its data set', () => {
    const whole = encodePart10({ ...identity, BitsAllocated: 8, PixelData: new Uint8Array(500) });
    for (let length = whole.length - 500; length < whole.length; length += 7)
      expect(() => decodePart10(whole.subarray(0, length)))
        .to.throw(NodeError)
        .with.property('code')
        .that.is.oneOf(['not-dicom', 'dicom-truncated']);
  });

  it('read implicit VR, empty items and one item a frame as they were written', () => {
    const dataset = {
      ...identity,
      Rows: 3,
      StudyDate: '20200101',
      PerFrameFunctionalGroupsSequence: [
        {},
        { FrameContentSequence: [{ FrameAcquisitionNumber: 2 }] },
      ],
    };
    for (const transferSyntaxUid of [IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN])
      expect(decodePart10(encodePart10(dataset, { transferSyntaxUid }))).to.deep.equal(dataset);
    const frames = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
    const packed = { ...identity, BitsAllocated: 8, PixelData: frames };
    const bytes = encodePart10(packed, { transferSyntaxUid: '1.2.840.10008.1.2.5' });
    expect(decodePart10(bytes).PixelData).to.deep.equal(frames);
  });

  it('read text in the character set of its file', () => {
    const bytes = Buffer.from(
      encodePart10({ ...identity, SpecificCharacterSet: 'ISO_IR 100', PatientName: 'J?rg^X' }),
    );
    bytes[bytes.indexOf('J?rg^X') + 1] = 0xf6;
    expect(decodePart10(bytes).PatientName).to.equal('Jörg^X');
  });
});

describe('decimalString', () => {
  it('fits 16 characters and keeps at least nine digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (value) => {
        const text = decimalString(value);
        expect(text.length).to.be.lessThanOrEqual(16);
        // sign, point and an exponent of three digits leave nine digits: 5e-9 at the worst; the
        // smallest doubles have fewer digits themselves
        const tolerance = Math.max(Math.abs(value) * 5.1e-9, Number.MIN_VALUE);
        expect(Math.abs(Number(text) - value)).to.be.lessThanOrEqual(tolerance);
      }),
    );
  });

  it('writes negative zero as 0 and refuses what is not finite', () => {
    expect(decimalString(-0)).to.equal('0');
    expect(() => decimalString(Number.POSITIVE_INFINITY)).to.throw(RangeError);
    expect(Number(decimalString(Number.MAX_VALUE))).to.be.lessThan(Number.POSITIVE_INFINITY);
  });
});

describe('integerString', () => {
  it('refuses fractions and more than 32 bits', () => {
    expect(integerString(-3)).to.equal('-3');
    expect(() => integerString(0.5)).to.throw(RangeError);
    expect(() => integerString(2 ** 31)).to.throw(RangeError);
  });
});
