// The spec reporter; it also appends "passed failed skipped" to the file named by TEST_COUNTS.
import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const countsFile = process.env['TEST_COUNTS'];
      if (countsFile === undefined) console.log(`${passes} passed, ${failures} failed`);
      else appendFileSync(countsFile, `${passes} ${failures} ${pending}\n`);
    });
  }
}
