import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodePart10, type NaturalDataset } from '../../src/dicom/part10.ts';
import { readFrames } from '../../src/dicom/read-frames.ts';
import { groupCine } from '../../src/group/group.ts';
import type { InputInstance } from '../../src/result.ts';
import { simulateExam } from '../../src/simulate/simulate.ts';
import { VENDORS } from '../../src/simulate/vendor-habits.ts';
import { writeSimulatedExam } from '../../src/simulate/write-simulated-exam.ts';

const exam = simulateExam(31, { slices: 5, phases: 8, matrix: 64, condition: 'infarct' });

const headers = (instances: readonly InputInstance[]): NaturalDataset[] =>
  instances.map(({ bytes }) => decodePart10(bytes));

const distinct = (datasets: readonly NaturalDataset[], keyword: string): number =>
  new Set(datasets.map((dataset) => dataset[keyword])).size;

function hasDciodvfy(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v dciodvfy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('writeSimulatedExam', () => {
  for (const vendor of VENDORS) {
    it(`writes ${vendor} files that dciodvfy has no error for`, function () {
      if (!hasDciodvfy()) {
        console.log('      dciodvfy is not installed: apt-get install dicom3tools');
        this.skip();
      }
      const folder = mkdtempSync(join(tmpdir(), 'simulated-'));
      try {
        for (const { name, bytes } of writeSimulatedExam(exam, vendor).slice(0, 12)) {
          const file = join(folder, name);
          writeFileSync(file, bytes);
          const report = execFileSync('sh', ['-c', 'dciodvfy "$1" 2>&1 || true', 'sh', file], {
            encoding: 'utf8',
          });
          expect(report).to.contain('MRImage');
          expect(report.split('\n').filter((line) => line.startsWith('Error'))).to.deep.equal([]);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it(`gives back, read and grouped, the exam that went into ${vendor} files`, async () => {
      const read = readFrames(writeSimulatedExam(exam, vendor).toReversed());
      expect(read.unreadable).to.deep.equal([]);
      const { volume, completeness } = await groupCine({ ...read, waitIsOver: true });
      expect(volume.shape).to.deep.equal(exam.volume.shape);
      expect(volume.voxels).to.deep.equal(exam.volume.voxels);
      expect(volume.pixelSpacingMm).to.deep.equal(exam.volume.pixelSpacingMm);
      expect(completeness.verdict).to.equal('complete');
      volume.planes.forEach((plane, z) => {
        plane.imagePositionPatient.forEach((mm, i) => {
          expect(mm).to.be.closeTo(exam.volume.planes[z].imagePositionPatient[i], 1e-4);
        });
      });
    });
  }

  it('gives the same bytes again, and other UIDs for another maker or another size', () => {
    const bytes = (instances: InputInstance[]) => instances.map((i) => Buffer.from(i.bytes));
    expect(bytes(writeSimulatedExam(exam, 'ge'))).to.deep.equal(
      bytes(writeSimulatedExam(exam, 'ge')),
    );
    const other = simulateExam(31, { slices: 5, phases: 8, matrix: 48, condition: 'infarct' });
    const uids = [
      ...headers(writeSimulatedExam(exam, 'ge')),
      ...headers(writeSimulatedExam(exam, 'siemens')),
      ...headers(writeSimulatedExam(other, 'ge')),
    ];
    expect(distinct(uids, 'SOPInstanceUID')).to.equal(uids.length);
    expect(distinct(uids, 'StudyInstanceUID')).to.equal(3);
  });

  it("follows each maker's habits of series and instance numbers", () => {
    const ge = headers(writeSimulatedExam(exam, 'ge'));
    expect(distinct(ge, 'SeriesInstanceUID')).to.equal(1);
    // Slice-major: the second instance is the second phase of the first slice.
    const second = ge.find((dataset) => dataset.InstanceNumber === 2);
    const first = ge.find((dataset) => dataset.InstanceNumber === 1);
    expect(second?.ImagePositionPatient).to.deep.equal(first?.ImagePositionPatient);
    const siemens = headers(writeSimulatedExam(exam, 'siemens'));
    expect(distinct(siemens, 'SeriesInstanceUID')).to.equal(5);
    const philips = headers(writeSimulatedExam(exam, 'philips'));
    expect(distinct(philips, 'SeriesInstanceUID')).to.equal(2);
    expect(distinct(philips, 'TriggerTime')).to.be.greaterThan(distinct(ge, 'TriggerTime') - 1);
    const numbers = philips
      .filter((dataset) => dataset.SeriesNumber === 401)
      .map((dataset) => Number(dataset.InstanceNumber));
    expect(numbers).to.not.deep.equal(numbers.toSorted((a, b) => a - b));
  });

  it('names a patient who is plainly none', () => {
    const [dataset] = headers(writeSimulatedExam(exam, 'ge').slice(0, 1));
    expect(dataset.PatientName).to.equal('Simulated^Heart');
    expect(dataset.PatientID).to.equal('SIM-31');
    expect(dataset.Manufacturer).to.contain('simulator');
  });
});
