// Every coded concept that results use (PS3.16). SRT is retired: anatomy and findings are SNOMED CT (SCT).

/** Schemes of PS3.16 chapter 8, and `99CMPS`, which is this program's own. */
export type CodingScheme = 'DCM' | 'SCT' | 'LN' | 'UCUM' | 'UMLS' | 'RFC5646' | '99CMPS';

export interface Code {
  readonly value: string;
  readonly scheme: CodingScheme;
  readonly meaning: string;
  /** Number of the context group (CID) in PS3.16 that it is taken from; undefined where none is named. */
  readonly contextGroup?: number;
}

const inScheme =
  (scheme: CodingScheme) =>
  (value: string, meaning: string, contextGroup?: number): Code => ({
    value,
    scheme,
    meaning,
    contextGroup,
  });

const dcm = inScheme('DCM');
const sct = inScheme('SCT');
const ln = inScheme('LN');
const ucum = inScheme('UCUM');
const own = inScheme('99CMPS');

/** What an image, segment, equipment or algorithm is. */
export const DESCRIPTION_CODES = {
  anatomicalStructure: sct('91723000', 'Anatomical Structure', 7150),
  tissue: sct('85756007', 'Tissue', 7150),
  morphologicallyAbnormalStructure: sct('49755003', 'Morphologically Abnormal Structure', 7150),
  artificialIntelligence: dcm('123110', 'Artificial Intelligence', 7162),
  processingEquipment: dcm('109102', 'Processing Equipment', 7005),
  segmentation: dcm('113076', 'Segmentation', 7203),
  sourceImage: dcm('121322', 'Source image for image processing operation', 7202),
} as const satisfies Record<string, Code>;

/** Structures and findings; the same code names a segment and the finding or site in the report. */
export const STRUCTURE_CODES = {
  heart: sct('80891009', 'Heart', 4031),
  leftVentricle: sct('87878005', 'Left Ventricle', 12305),
  rightVentricle: sct('53085002', 'Right ventricle', 12305),
  leftVentricleMyocardium: sct('49848007', 'Left Ventricle Myocardium', 12305),
  normalMyocardium: dcm('122112', 'Normal Myocardium', 3704),
  scar: sct('12402003', 'Scar tissue', 7151),
  edema: sct('79654002', 'Edema', 7151),
  scarOrEdema: own('INJURY', 'Scar or edema'),
} as const satisfies Record<string, Code>;

/** Concept names of the report's content items, in the order of TID 1500. */
export const REPORT_CODES = {
  imagingMeasurementReport: dcm('126000', 'Imaging Measurement Report', 7021),
  language: dcm('121049', 'Language of Content Item and Descendants'),
  english: inScheme('RFC5646')('en-US', 'English (United States)', 5000),
  observerType: dcm('121005', 'Observer Type'),
  device: dcm('121007', 'Device', 270),
  deviceObserverUid: dcm('121012', 'Device Observer UID'),
  deviceObserverName: dcm('121013', 'Device Observer Name'),
  deviceObserverManufacturer: dcm('121014', 'Device Observer Manufacturer'),
  deviceObserverModelName: dcm('121015', 'Device Observer Model Name'),
  procedureReported: dcm('121058', 'Procedure reported'),
  cardiacMri: sct('241620005', 'Cardiac MRI', 3820),
  imageLibrary: dcm('111028', 'Image Library'),
  imageLibraryGroup: dcm('126200', 'Image Library Group'),
  modality: dcm('121139', 'Modality'),
  magneticResonance: dcm('MR', 'Magnetic Resonance', 29),
  imagingMeasurements: dcm('126010', 'Imaging Measurements'),
  measurementGroup: dcm('125007', 'Measurement Group'),
  trackingIdentifier: dcm('112039', 'Tracking Identifier'),
  trackingUid: dcm('112040', 'Tracking Unique Identifier'),
  finding: dcm('121071', 'Finding'),
  findingSite: sct('363698007', 'Finding Site'),
  referencedSegment: dcm('121191', 'Referenced Segment', 7250),
  sourceSeries: dcm('121232', 'Source series for segmentation'),
  sourceImageForSegmentation: dcm('121233', 'Source image for segmentation'),
  algorithmName: dcm('111001', 'Algorithm Name'),
  algorithmVersion: dcm('111003', 'Algorithm Version'),
  cardiovascularCyclePoint: sct('272518008', 'Cardiovascular cycle point'),
  endDiastole: sct('416190007', 'End diastole', 12233),
  papillaryMuscles: dcm('122670', 'Papillary Muscle Included/Excluded'),
  papillaryMusclesExcluded: dcm('122620', 'Papillary Muscle Excluded', 3821),
  qualitativeEvaluations: inScheme('UMLS')('C0034375', 'Qualitative Evaluations'),
  comment: dcm('121106', 'Comment'),
} as const satisfies Record<string, Code>;

/** Names of measured quantities. */
export const QUANTITY_CODES = {
  lvEndDiastolicVolume: ln('8821-1', 'Left Ventricular ED Volume', 3468),
  lvEndSystolicVolume: ln('8823-7', 'Left Ventricular ES Volume', 3469),
  rvEndDiastolicVolume: ln('8822-9', 'Right Ventricular ED Volume', 3468),
  rvEndSystolicVolume: ln('8824-5', 'Right Ventricular ES Volume', 3469),
  lvEjectionFraction: ln('8811-2', 'Left ventricular ejection fraction by MR', 3833),
  rvEjectionFraction: ln('8818-7', 'Right ventricular ejection fraction by MR', 3833),
  strokeVolume: sct('90096001', 'Stroke Volume', 3835),
  lvMass: ln('18087-7', 'Left Ventricle Mass', 12203),
  volume: sct('118565006', 'Volume', 218),
  mass: sct('118538004', 'Mass', 12304),
  rrInterval: dcm('122182', 'R-R interval', 12254),
  shareOfLvMass: own('SHARE-LV-MASS', 'Share of left ventricular mass'),
} as const satisfies Record<string, Code>;

/** Units, by the unit's name in `Measured`. */
export const UNIT_CODES = {
  mL: ucum('mL', 'milliliter'),
  g: ucum('g', 'gram'),
  '%': ucum('%', 'Percent'),
  ms: ucum('ms', 'millisecond'),
  mm: ucum('mm', 'millimeter'),
  '1': ucum('1', 'no units'),
} as const satisfies Record<string, Code>;
