// Progress of long work, reported to whoever shows it.

/** Called as work advances; `done` of `total` steps of the stage named. */
export type Progress = (stage: string, done: number, total: number) => void;

export const silentProgress: Progress = () => undefined;
