/** PostgreSQL's own client in the server's container: one call runs a whole script. */

import { aheadTextMax, databaseAcceptsMsMax, readyProbeMs, resetToolMsMax } from '@cleangrid/core/limits.ts';
import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { StepSession } from '../step-executor.ts';
import { runTool, type ToolCommand, type ToolRun } from './run-tool.ts';

export interface Psql {
  /** Ends at the first error, which is its `problem`. What its queries return are lines of `stdout`. */
  run(script: SqlScript, signal: AbortSignal): Promise<PsqlRun>;
  /**
   * Runs `sql` and then `after` in one process: a start of psql costs more than most scripts. Resolves when `sql` is through;
   * `signal` ends both only until then.
   */
  runAhead(script: AheadScript, signal: AbortSignal): Promise<AheadRun>;
  /** Null: the server accepts connections from elsewhere; else why it does not. */
  accepts(clock: Clock, signal: AbortSignal): Promise<string | null>;
}

/** `line`: of the script, where the problem is; null where it is elsewhere. */
export interface PsqlRun extends ToolRun {
  line: number | null;
}

export interface AheadScript {
  database: string;
  sql: string;
  after: string;
}

export interface AheadRun {
  first: PsqlRun;
  /** Of `after`; null: it did not begin. Rejects as `run` does. */
  rest: Promise<PsqlRun | null>;
}

export interface SqlScript {
  database: string;
  sql: string | Uint8Array;
  timeoutMs?: number;
  onStdout?: ToolCommand['onStdout'];
}

/** What a script prints that came so far. */
const mark = 'cleangrid: so far\n';
const fine: Omit<PsqlRun, 'stdout'> = { stderr: '', problem: null, line: null };

export function createPsql(
  session: StepSession,
  { service, user }: { service: PlannedService; user: string },
): Psql {
  const port = String(service.port);
  const settings = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--no-password'];
  const env = {
    PGHOST: '',
    PGPASSWORD: service.env['POSTGRES_PASSWORD'] ?? '',
    PGOPTIONS: '-c client_min_messages=error -c jit=off',
  };
  const run: Psql['run'] = async ({ database, sql, timeoutMs = resetToolMsMax, onStdout }, signal) => {
    const where = ['--username', user, '--port', port, '--dbname', database];
    const argv = ['psql', ...settings, '--set', 'ON_ERROR_STOP=1', ...where, '--file', '-'];
    const ran = await runTool(session, { argv, env, stdin: sql, timeoutMs, onStdout }, signal);
    return { ...ran, line: null, ...(ran.problem === null ? {} : firstError(ran.stderr)) };
  };
  return {
    run,
    runAhead: (script, signal) => runAhead(run, script, signal),
    // The official image initialises with a server that listens on its socket only, and then restarts.
    async accepts(clock, signal) {
      const deadlineMs = clock.monotonicMs() + databaseAcceptsMsMax;
      const argv = ['pg_isready', '--host', '127.0.0.1', '--port', port];
      for (;;) {
        const { problem, stdout } = await runTool(session, { argv, timeoutMs: resetToolMsMax }, signal);
        if (problem === null) return null;
        if (clock.monotonicMs() >= deadlineMs) return stdout.trim() || problem;
        await sleep(clock, readyProbeMs, signal);
      }
    },
  };
}

async function runAhead(
  run: Psql['run'],
  { database, sql, after }: AheadScript,
  signal: AbortSignal,
): Promise<AheadRun> {
  signal.throwIfAborted();
  const hurry = new AbortController();
  const giveUp = (): void => hurry.abort(signal.reason);
  const soFar = Promise.withResolvers<PsqlRun>();
  let text = '';
  const onStdout = (chunk: Uint8Array): void => {
    if (text.length >= aheadTextMax || text.includes(mark)) return;
    text += Buffer.from(chunk).toString();
    if (text.includes(mark)) soFar.resolve(splitAtMark({ ...fine, stdout: text }).first);
  };
  const both = `${sql}\nSELECT ${literal(mark.trim())};\n${after}`;
  const split = run({ database, sql: both, onStdout }, hurry.signal).then(splitAtMark);
  signal.addEventListener('abort', giveUp);
  try {
    const first = await Promise.race([soFar.promise, split.then((parts) => parts.first)]);
    return { first, rest: split.then((parts) => parts.rest) };
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function splitAtMark(ran: PsqlRun): { first: PsqlRun; rest: PsqlRun | null } {
  const at = ran.stdout.indexOf(mark);
  if (at === -1) return { first: ran, rest: null };
  return {
    first: { ...fine, stdout: ran.stdout.slice(0, at) },
    rest: { ...ran, stdout: ran.stdout.slice(at + mark.length) },
  };
}

/** `psql:<stdin>:3: ERROR:  …`; the lines after it are details. */
function firstError(stderr: string): Pick<PsqlRun, 'line' | 'problem'> | null {
  const found = /^psql:(?:<stdin>:(\d+):)? *(.*(?:ERROR|FATAL|error):.*)$/mu.exec(stderr);
  if (!found) return null;
  const [, line, problem = ''] = found;
  return { line: line === undefined ? null : Number(line), problem: problem.replaceAll(/ +/gu, ' ') };
}

/** As SQL writes a name. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** As SQL writes a text. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
