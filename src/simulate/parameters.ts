// Every range that a simulated exam is drawn from, with its source.
//
// Sources: [K] Kawel-Boehm et al., "Reference ranges (normal values) for cardiovascular magnetic
// resonance", JCMR 2020, 22:87; [S] measured on the Sunnybrook Cardiac Data (Radau et al., 2009);
// [F] feature-tracking normal values, PMC8128822; [M] Mangion et al. 2019; [A] AHA statement,
// Cerqueira et al., Circulation 2002; [B] Billot et al., SynthSeg, Med Image Anal 2023;
// [J] our judgement of what scanners and patients show, wider than any one source.
import type { Range } from '../random.ts';

/** What ails the simulated patient. Only the infarct leaves scar or edema. */
export type Condition = 'healthy' | 'infarct' | 'dilated' | 'hypertrophic' | 'dyssynchronous';

/** Signals as cine shows them, at random, or either. */
export const STYLES = ['any', 'prior', 'free'] as const;
export type Style = (typeof STYLES)[number];

/** Share of each condition among patients drawn freely [J: 70 % with an infarct]. */
export const CONDITION_SHARES: readonly (readonly [Condition, number])[] = [
  ['infarct', 0.7],
  ['healthy', 0.12],
  ['dilated', 0.07],
  ['hypertrophic', 0.07],
  ['dyssynchronous', 0.04],
];

/** Time course of the beat, as fractions of R-R unless said otherwise. */
export const CYCLE = {
  /** Beats a minute [J]. */
  heartRate: [50, 100],
  /** Longer at high rate [J]. */
  endSystole: [0.33, 0.45],
  isovolumicContraction: [0.02, 0.05],
  isovolumicRelaxation: [0.04, 0.08],
  /** Length of atrial contraction before the R wave. */
  atrialKick: [0.08, 0.15],
  /** Share of the stroke that the atrial kick fills. */
  kickShare: [0.08, 0.3],
} as const satisfies Record<string, Range>;

/** Ranges of one condition. */
export interface PhysiologyRanges {
  readonly edvMl: Range;
  readonly efPercent: Range;
  /** Thickness at mid level, end diastole. */
  readonly wallMm: Range;
  /** Septum over lateral wall. */
  readonly septumRatio: Range;
  readonly rvEdvMl: Range;
  readonly rvEfPercent: Range;
  /** Shortening of the long axis. */
  readonly longitudinalPercent: Range;
  readonly twistDegrees: Range;
  /** Length of the cavity over its greatest diameter. */
  readonly elongation: Range;
}

/** [K] volumes, EF, wall; [F], [M] strain; [S] EDV 191-242 mL, EF 22-26 %, wall 4.3-9.2 mm. */
export const PHYSIOLOGY: Record<Condition, PhysiologyRanges> = {
  healthy: {
    edvMl: [90, 200],
    efPercent: [55, 75],
    wallMm: [6, 10],
    septumRatio: [1, 1.25],
    rvEdvMl: [100, 230],
    rvEfPercent: [48, 68],
    longitudinalPercent: [14, 21],
    twistDegrees: [8, 16],
    elongation: [1.55, 1.95],
  },
  infarct: {
    edvMl: [110, 330],
    efPercent: [15, 58],
    wallMm: [5.5, 10],
    septumRatio: [0.95, 1.2],
    rvEdvMl: [80, 250],
    rvEfPercent: [30, 65],
    longitudinalPercent: [5, 15],
    twistDegrees: [2, 11],
    elongation: [1.35, 1.85],
  },
  dilated: {
    edvMl: [190, 330],
    efPercent: [15, 42],
    wallMm: [5, 8.5],
    septumRatio: [0.9, 1.15],
    rvEdvMl: [110, 280],
    rvEfPercent: [22, 55],
    longitudinalPercent: [4, 11],
    twistDegrees: [0, 7],
    elongation: [1.2, 1.6],
  },
  hypertrophic: {
    edvMl: [80, 170],
    efPercent: [55, 80],
    wallMm: [11, 17],
    septumRatio: [1, 1.6],
    rvEdvMl: [80, 190],
    rvEfPercent: [50, 72],
    longitudinalPercent: [8, 17],
    twistDegrees: [8, 20],
    elongation: [1.55, 2],
  },
  dyssynchronous: {
    edvMl: [120, 280],
    efPercent: [25, 58],
    wallMm: [5.5, 10],
    septumRatio: [0.85, 1.1],
    rvEdvMl: [100, 230],
    rvEfPercent: [40, 65],
    longitudinalPercent: [7, 15],
    twistDegrees: [2, 10],
    elongation: [1.3, 1.8],
  },
};

/** Shape of the ventricles [J]. */
export const SHAPE = {
  /** Level of the greatest cross-section, 0 base, 1 apex. */
  equator: [0.2, 0.38],
  /** Exponent of the profile towards the apex: 2 is an ellipse, more is rounder. */
  roundness: [1.9, 2.6],
  /** Narrowing of the squared radius at the base. */
  baseNarrowing: [0.05, 0.25],
  /** Amplitude of irregularities of the cavity, of the wall. */
  cavityNoise: [0.02, 0.07],
  /** Difference of the cavity's half-axes from their mean, share. */
  oval: [0, 0.07],
  flattening: [0.03, 0.15],
  wallNoise: [0.05, 0.18],
  /** Wall at the apex over wall at mid level; the normal apex is thin. */
  apexRatio: [0.45, 0.9],
  /** How far the axis bends sideways, mm. */
  bendMm: [0, 5],
  /** Sideways drift of the whole heart in systole, mm. */
  driftMm: [0, 3.5],
  /** Share of longitudinal shortening that moves the apex, not the base. */
  apexMotion: [0, 0.2],
  rvWallMm: [2, 4],
  /** Of the great vessels, of the atria with the fat and muscle that lie on them. */
  vesselWallMm: [1.2, 2.2],
  atrialWallMm: [1.5, 4.5],
  /** Pericardial and epicardial fat over the heart, mm. */
  fatMm: [0.4, 5],
  /** One papillary muscle is one to three heads, this far apart at most, degrees. */
  papillaryHeads: [1, 3],
  papillarySpreadDegrees: [8, 26],
  papillaryRadiusMm: [2.2, 5],
  /** Depth of the layer that trabeculae fill, mm; deeper towards the apex. */
  trabeculaeMm: [1.5, 8],
  /** Delay of a dyssynchronous lateral wall, fraction of R-R. */
  dyssynchronyDelay: [0.06, 0.16],
  /** Delay between neighbouring parts of a healthy wall. */
  normalDelay: [0, 0.02],
  /** How far the wall opposite to the outflow tract reaches above where it ends beside it, mm. */
  rimLiftMm: [2, 14],
  /**
   * Depth of the gap in the wall under the aortic valve below the rim beside it, mm; its middle, 0 mid septum, 90 anterior;
   * its half-width.
   */
  outflowMm: [6, 20],
  outflowDegrees: [20, 70],
  outflowHalfWidthDegrees: [28, 50],
  /**
   * Share of the wall's circumference that is there in the base plane: readers leave out basal slices with less [S; half
   * in Schulz-Menger et al., JCMR 2020].
   */
  rimShare: 0.72,
  /** The cavity goes on as atrium for this far at least, mm. */
  leastAtriumTopMm: 8,
  flatSeptumChance: 0.15,
  moderatorBandChance: 0.6,
} as const satisfies Record<string, Range | number>;

export type Artery = 'LAD' | 'RCA' | 'LCX';

/** Where each coronary artery's infarcts lie: centre angle (0 mid septum, 90 anterior) and level [A]. */
export const TERRITORIES: Record<Artery, { readonly degrees: Range; readonly level: Range }> = {
  LAD: { degrees: [15, 75], level: [0.45, 0.85] },
  RCA: { degrees: [250, 300], level: [0.2, 0.55] },
  LCX: { degrees: [165, 230], level: [0.25, 0.6] },
};

/** Infarcts [J; ratio of scar to scar and edema from the reference cases of the paper's group]. */
export const INJURY = {
  arteryShares: [
    ['LAD', 0.45],
    ['RCA', 0.33],
    ['LCX', 0.22],
  ] as readonly (readonly [Artery, number])[],
  secondTerritoryChance: 0.12,
  acuteChance: 0.6,
  /** Scar and edema (acute) or scar (old), share of LV mass. */
  massShare: [0.05, 0.4] as Range,
  oldMassShare: [0.04, 0.28] as Range,
  /** Share of the wall's surface that an old scar takes at most. */
  greatestExtent: 0.45,
  /** Wavefront from the endocardium. */
  transmurality: [0.3, 1] as Range,
  /** Rim of the territory that is edema alone; 0 centre, 1 edge. */
  acuteRing: [0.12, 0.4] as Range,
  /** Loss of contraction. */
  scarDysfunction: [0.8, 1.05] as Range,
  dyskinesis: [1, 1.3] as Range,
  edemaDysfunction: [0.3, 0.8] as Range,
  /** Post-systolic shortening: delay of what contraction is left, fraction of R-R. */
  delay: [0, 0.07] as Range,
  /** Gain of the remote wall in an acute infarct. */
  hyperkinesis: [1, 1.15] as Range,
  /** Swelling of an acute territory, mm; wall left in an old one, share. */
  swellingMm: [0, 3] as Range,
  thinning: [0.35, 0.9] as Range,
  /** Bulging of a large old transmural scar, share of the radius. */
  aneurysm: [0, 0.15] as Range,
  darkCoreChance: 0.25,
  thrombusChance: 0.06,
} as const;

/** Geometry and timing of the scan [J]. */
export const SCAN = {
  pixelMm: [1, 2] as Range,
  fieldOfViewMm: [260, 400] as Range,
  matrices: [144, 160, 176, 192, 208, 224, 240, 256, 288, 320],
  sliceThicknessMm: [5, 10] as Range,
  /** Gap (or overlap) between slices, mm. */
  sliceGapMm: [-1, 3] as Range,
  sliceStepMm: [6, 12] as Range,
  slices: [6, 16] as Range,
  phases: [15, 40] as Range,
  tiltDegrees: [0, 10] as Range,
  offCentreMm: [0, 60] as Range,
  breathHoldShiftMm: [0, 4] as Range,
  /** Chance of one slice with a shift of up to 8 mm. */
  badBreathHoldChance: 0.15,
  badBreathHoldMm: [4, 8] as Range,
  /** Temporal footprint of one phase over the distance of phases. */
  temporalBlur: [0.3, 1.6] as Range,
  /** First phase against end diastole, in phases. */
  startPhases: [-2, 2] as Range,
  /** Chance that the plane is turned at random about its normal, not near its usual place. */
  anyRotationChance: 0.35,
  usualRotationDegrees: [-40, 40] as Range,
  flippedNormalChance: 0.08,
  nonSquarePixelChance: 0.05,
} as const;

/**
 * Changes whenever the same seed gives another exam than before: a key for what is kept of exams.
 */
export const SIMULATOR_VERSION = 4;

/** Appearance [S for the prior, B for free randomisation]. Tissue signals stand in tissues.ts. */
export const APPEARANCE = {
  /** Share of exams drawn from what cine looks like. */
  priorShare: 0.62,
  freeSignal: [0.05, 1.4] as Range,
  scarGain: [-0.08, 0.2] as Range,
  edemaGain: [-0.03, 0.15] as Range,
  /** Brightness near a coil over that far away. */
  coilGain: [0.8, 4.5] as Range,
  flow: [0, 0.25] as Range,
  /** Acquired share of k-space: below 1 the matrix was interpolated. */
  cutoff: [0.38, 0.75] as Range,
  signalToNoise: [14, 80] as Range,
  ghostChance: 0.3,
  ghost: [0.01, 0.05] as Range,
  /** 8 to 12 bits and the intensity scales of different makers. */
  greatestValues: [255, 511, 1023, 2047, 4095],
} as const;

export const CONDITIONS = Object.keys(PHYSIOLOGY) as Condition[];
