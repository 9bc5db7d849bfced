import { expect } from 'chai';
import { NodeError } from '../src/errors.ts';
import { createLog, withoutUids, type LogSettings } from '../src/log.ts';

const UID = '2.16.124.113543.6006.99.08980635789900778171';

function captured(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { log: createLog({ level: 'debug', isTerminal: false, write, ...settings }), lines };
}

describe('log', () => {
  it('writes one JSON object a line when nobody reads along', () => {
    const { log, lines } = captured();
    log.info({ orthancStudyId: 'abc', attempt: 2 }, 'exam queued');
    expect(lines).to.have.lengthOf(1);
    const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(rest).to.deep.equal({
      level: 'info',
      orthancStudyId: 'abc',
      attempt: 2,
      msg: 'exam queued',
    });
    expect(Number.isNaN(Date.parse(String(time)))).to.equal(false);
  });

  it('writes readable lines on a terminal', () => {
    const { log, lines } = captured({ isTerminal: true });
    log.warn({ attempt: 2 }, 'exam queued');
    expect(lines.join('')).to.contain('exam queued').and.to.contain('WARN');
  });

  it('drops every field that is not on the list, however deep it lies', () => {
    const { log, lines } = captured();
    const child = log.child({ job: 'j1', patientName: 'Doe^Jane' });
    child
      .child({ accession: 'A-1' })
      .info({ PatientID: '4711', reason: { birthDate: '19700101' }, count: 3 }, 'hello');
    expect(lines[0]).to.contain('"job":"j1"').and.to.contain('"count":3');
    expect(lines[0]).not.to.match(/Doe|4711|19700101|A-1/);
  });

  it('replaces UIDs in fields, messages and errors', () => {
    const { log, lines } = captured();
    log.error(
      { reason: `study ${UID}`, err: new NodeError('not-found', `no study ${UID}`) },
      `lost ${UID}`,
    );
    expect(lines[0]).to.contain('uid:').and.to.contain('not-found');
    expect(lines[0]).not.to.contain(UID);
  });

  it('gives the place of a foreign error but not its message, which may quote the input', () => {
    const { log, lines } = captured();
    let caught: unknown;
    try {
      JSON.parse('Doe^Jane');
    } catch (error) {
      caught = error;
    }
    log.error({ err: caught }, 'failed');
    expect(lines[0]).to.contain('SyntaxError').and.to.contain('log.test.ts');
    expect(lines[0]).not.to.contain('Doe');
  });

  it('leaves versions and addresses alone', () => {
    expect(withoutUids('Orthanc 1.10.1 at http://127.0.0.1:8042')).to.equal(
      'Orthanc 1.10.1 at http://127.0.0.1:8042',
    );
  });
});
