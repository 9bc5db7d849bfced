// Labels drawn in patient coordinates on an exam, and numbers to go with them.
import type { CineExam } from '../../src/exam.ts';
import type { Measured, Measurements, Unit } from '../../src/findings.ts';
import { ANATOMY, PATHOLOGY, type LabelVolume } from '../../src/labels.ts';
import type { Segmentation } from '../../src/segmentation.ts';
import { length, patientPosition, subtract, type Vec3 } from '../../src/volume.ts';

/** The label of a point of the patient in a phase. */
export type Painter = (pointMm: Vec3, t: number) => number;

/** Labels of these native phases by what the painter says of each voxel's centre. */
export function paintLabels(
  exam: CineExam,
  phases: readonly number[],
  paint: Painter,
): LabelVolume {
  const { planes, pixelSpacingMm, shape } = exam.volume;
  const [, slices, rows, columns] = shape;
  const labels = new Uint8Array(phases.length * slices * rows * columns);
  let i = 0;
  for (const t of phases)
    for (const plane of planes)
      for (let y = 0; y < rows; y++)
        for (let x = 0; x < columns; x++)
          labels[i++] = paint(patientPosition(plane, pixelSpacingMm, y, x), t);
  return { labels, shape: [phases.length, slices, rows, columns] };
}

/** Middle of the volume, mm. */
export function centreOf({ volume }: CineExam): Vec3 {
  const [, slices, rows, columns] = volume.shape;
  const plane = volume.planes[Math.floor(slices / 2)];
  return patientPosition(plane, volume.pixelSpacingMm, rows / 2, columns / 2);
}

/** A beating heart of concentric shells beside a right ventricle, scarred and edematous on one side. */
export function segmentationFixture(exam: CineExam, isTrained = true): Segmentation {
  const centre = centreOf(exam);
  const [endDiastole, endSystole] = [1 % exam.volume.shape[0], exam.volume.shape[0] - 1];
  const radius = (t: number): number => 4 + Math.abs(t - endSystole);
  const anatomy: Painter = (point, t) => {
    const offset = subtract(point, centre);
    const distance = length(offset);
    if (distance < radius(t)) return ANATOMY.lvBlood;
    if (distance < radius(t) + 3) return ANATOMY.myocardium;
    return offset[0] < -6 && distance < 13 ? ANATOMY.rvBlood : ANATOMY.background;
  };
  const pathology: Painter = (point, t) => {
    const label = anatomy(point, t);
    if (label === ANATOMY.lvBlood) return PATHOLOGY.lvBlood;
    if (label !== ANATOMY.myocardium) return PATHOLOGY.background;
    const [, y] = subtract(point, centre);
    if (y > 3) return PATHOLOGY.scar;
    return y > 1 ? PATHOLOGY.edema : PATHOLOGY.healthyMyocardium;
  };
  const phases = Array.from({ length: exam.volume.shape[0] }, (_, t) => t);
  return {
    anatomy: paintLabels(exam, phases, anatomy),
    pathology: paintLabels(exam, [endDiastole], pathology),
    motion: stillness(exam, endDiastole),
    endDiastole,
    endSystole,
    region: { centre: [exam.volume.shape[2] / 2, exam.volume.shape[3] / 2], sizeMm: 112 },
    model: { version: isTrained ? '1.0.0' : 'untrained', deviceUid: '2.25.7', isTrained },
    notes: [],
  };
}

/** The least motion field: one pixel a slice that does not move. */
function stillness({ volume }: CineExam, endDiastole: number): Segmentation['motion'] {
  const [, slices, rows, columns] = volume.shape;
  return {
    displacementMm: new Float32Array(2 * slices),
    frames: 1,
    phases: [endDiastole],
    size: 1,
    pixelMm: 1,
    centres: volume.planes.map(() => [rows / 2, columns / 2] as const),
  };
}

/** A number for every quantity, with decimals. */
export function measurementsFixture(overrides: Partial<Measurements> = {}): Measurements {
  const of = (value: number, unit: Unit): Measured => ({ value, unit });
  return {
    lvVolumesMl: [120.5, 140.25, 80, 60.125],
    rvVolumesMl: [110, 130, 75, 58],
    lvEdv: of(140.25, 'mL'),
    lvEsv: of(60.125, 'mL'),
    lvSv: of(80.125, 'mL'),
    lvEf: of(57.1301, '%'),
    rvEdv: of(130, 'mL'),
    rvEsv: of(58, 'mL'),
    rvSv: of(72, 'mL'),
    rvEf: of(55.3846, '%'),
    lvMass: of(105.123456789, 'g'),
    lvMyocardiumVolume: of(100.117577894, 'mL'),
    scarVolume: of(12.5, 'mL'),
    scarMass: of(13.125, 'g'),
    scarShare: of(12.485, '%'),
    edemaVolume: of(8, 'mL'),
    edemaMass: of(8.4, 'g'),
    edemaShare: of(7.99, '%'),
    injuryVolume: of(20.5, 'mL'),
    injuryMass: of(21.525, 'g'),
    injuryShare: of(20.475, '%'),
    rrInterval: of(800, 'ms'),
    ...overrides,
  };
}
