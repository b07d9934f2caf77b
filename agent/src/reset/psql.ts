/** PostgreSQL's own client in the server's container: one call runs a whole script. */

import { databaseAcceptsMsMax, readyProbeMs, resetToolMsMax } from '@cleangrid/core/limits.ts';
import { type Clock, sleep } from '@cleangrid/core/clock.ts';
import type { PlannedService } from '@cleangrid/core/plan.ts';
import type { StepSession } from '../step-executor.ts';
import { runTool, type ToolRun } from './run-tool.ts';

export interface Psql {
  /** Ends at the first error, which is its `problem`. What its queries return are lines of `stdout`. */
  run(script: SqlScript, signal: AbortSignal): Promise<PsqlRun>;
  /** Null: the server accepts connections from elsewhere; else why it does not. */
  accepts(clock: Clock, signal: AbortSignal): Promise<string | null>;
}

/** `line`: of the script, where the problem is; null where it is elsewhere. */
export interface PsqlRun extends ToolRun {
  line: number | null;
}

export interface SqlScript {
  database: string;
  sql: string | Uint8Array;
  timeoutMs?: number;
}

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
  return {
    async run({ database, sql, timeoutMs = resetToolMsMax }, signal) {
      const where = ['--username', user, '--port', port, '--dbname', database];
      const argv = ['psql', ...settings, '--set', 'ON_ERROR_STOP=1', ...where, '--file', '-'];
      const ran = await runTool(session, { argv, env, stdin: sql, timeoutMs }, signal);
      return { ...ran, line: null, ...(ran.problem === null ? {} : firstError(ran.stderr)) };
    },
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
