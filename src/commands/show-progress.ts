// Progress on stderr: a bar on a terminal, lines elsewhere.
import { SingleBar } from 'cli-progress';
import type { Progress } from '../progress.ts';
import type { CommandIo } from './command.ts';

const BAR_WIDTH = 30;

/**
 * Shows progress; once the program is told to stop, the next step throws.
 *
 * @returns what to call with progress, and what to call at the end, also after an error
 */
export function showProgress(io: CommandIo): { progress: Progress; end: () => void } {
  const { signal } = io;
  const { progress, end } = io.isTerminal ? bars() : lines(io);
  return {
    progress: (stage, done, total) => {
      signal.throwIfAborted();
      progress(stage, done, total);
    },
    end,
  };
}

function bars(): { progress: Progress; end: () => void } {
  let bar: SingleBar | undefined;
  let current = '';
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  const progress: Progress = (stage, done, total) => {
    if (stage !== current) {
      end();
      current = stage;
      bar = new SingleBar({
        format: `${stage.padEnd(10)} {bar} {value}/{total}  {eta_formatted} left`,
        barsize: BAR_WIDTH,
        stream: process.stderr,
      });
      bar.start(total, done);
    } else bar?.update(done);
  };
  return { progress, end };
}

function lines(io: CommandIo): { progress: Progress; end: () => void } {
  const shown = new Map<string, number>();
  const progress: Progress = (stage, done, total) => {
    // A line a quarter, so that logs stay short.
    const quarter = total <= 1 ? done * 4 : Math.floor((4 * done) / total);
    if (shown.get(stage) === quarter) return;
    shown.set(stage, quarter);
    io.stderr(`${stage}: ${done}/${total}\n`);
  };
  return { progress, end: () => undefined };
}
