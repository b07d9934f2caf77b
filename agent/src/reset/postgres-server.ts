/** What the resets of PostgreSQL have in common: the server's databases and setup files. */

import { setupFileMsMax } from '@cleangrid/core/limits.ts';
import type { ServiceReset } from '@cleangrid/core/plan.ts';
import { failed } from '@cleangrid/core/verdict.ts';
import type { ResetAnswer, ResetParts } from './instance-reset.ts';
import { createPsql, identifier, literal, type Psql } from './psql.ts';
import type { ToolRun } from './run-tool.ts';

export type PostgresReset = Extract<ServiceReset, { database: string }>;

export interface PostgresParts extends ResetParts {
  database: string;
  psql: Psql;
}

export function postgresParts(parts: ResetParts, { database, user }: PostgresReset): PostgresParts {
  return { ...parts, database, psql: createPsql(parts.session, { service: parts.service, user }) };
}

/** Null: the server accepts connections, and `databases` are there. */
export async function openServer(
  { psql, clock, service }: PostgresParts,
  databases: readonly string[],
  signal: AbortSignal,
): Promise<ResetAnswer | null> {
  const refusal = await psql.accepts(clock, signal);
  if (refusal !== null) return refused(`${service.name} does not accept connections: ${refusal}`);
  const sql = databases
    .map(
      (name) => `SELECT ${literal(`CREATE DATABASE ${identifier(name)}`)}
        WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)}) \\gexec\n`,
    )
    .join('');
  return refusalOf(await psql.run({ database: 'template1', sql }, signal));
}

/** Null: all ran. A statement that fails is the suite's fault. */
export async function runSetup(
  { psql, database, setup }: PostgresParts,
  signal: AbortSignal,
): Promise<ResetAnswer | null> {
  for (const { path, bytes } of setup) {
    const { problem, line } = await psql.run({ database, sql: bytes, timeoutMs: setupFileMsMax }, signal);
    if (problem !== null) return refused(`${path}${line === null ? '' : `:${line}`}: ${problem}`);
  }
  return null;
}

export function refused(message: string): ResetAnswer {
  return { kind: 'refused', verdict: failed('setup', message) };
}

/** Of a script that prepares: whatever it says is about the suite's service. */
export function refusalOf({ problem }: ToolRun): ResetAnswer | null {
  return problem === null ? null : refused(problem);
}
