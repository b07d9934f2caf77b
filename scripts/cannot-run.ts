/** What the scripts throw when this machine lacks something they cannot provide: one line for the user, exit code 77. */

export const exitCannotRun = 77;

export class CannotRun extends Error {
  override name = 'CannotRun';
}

/** Runs a script's main function; a `CannotRun` becomes its message on stderr and exit code 77. */
export async function runScript(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCannotRun;
  }
}

/** One calm line about what a script does. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
