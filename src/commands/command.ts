// What a subcommand is.

/** What a command may use of the process. */
export interface CommandIo {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Progress and messages. */
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  /** Aborted by SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** One subcommand of `cinemyops`. */
export interface Command {
  readonly name: string;
  /** One line for `cinemyops --help`. */
  readonly summary: string;
  /** The whole text of `cinemyops NAME --help`. */
  readonly help: string;
  /**
   * @param argv - what follows the command's name
   * @returns the exit code: 0 done, 2 usage or configuration, 3 input refused, 1 anything else
   * @throws {NodeError} any code; the CLI prints its message and maps it to an exit code
   */
  readonly run: (argv: readonly string[], io: CommandIo) => Promise<number>;
}
