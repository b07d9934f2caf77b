/** `redis.database`: a numbered database per lease, which is emptied. The other databases, and what belongs to the whole server, are left alone. */

import { abortable } from '@cleangrid/core/abortable.ts';
import {
  clean,
  type NamespaceAnswer,
  type ResetAnswer,
  type ResetParts,
  type Strategy,
} from './instance-reset.ts';
import { createRedisCli, redisAnswers } from './redis-cli.ts';

/** What an exclusive lease finds. */
const exclusive = '0';

export function createDatabaseReset({ session, service, clock }: ResetParts): Strategy {
  const redis = createRedisCli(session, service);
  const free: string[] = [];
  const waiting: ((database: string) => void)[] = [];

  async function prepare(signal: AbortSignal): Promise<ResetAnswer> {
    const silence = await redisAnswers(redis, clock, signal);
    if (silence) return silence;
    const { stdout, problem } = await redis(['FLUSHALL ASYNC', 'CONFIG GET databases'], signal);
    const databases = Number(stdout.trim().split('\n').at(-1));
    if (problem !== null || !(databases > 0))
      return { kind: 'replace', reason: problem ?? `CONFIG GET databases answers ${stdout.trim()}` };
    free.push(...Array.from({ length: databases }, (_, index) => String(index)));
    return clean;
  }

  async function empty(database: string, signal: AbortSignal): Promise<ResetAnswer> {
    const select = `SELECT ${database}`;
    const listed = await redis(['CLIENT UNPAUSE', select, 'CLIENT ID', 'CLIENT LIST'], signal);
    const kills = clientsOf(database, listed.stdout).map((id) => `CLIENT KILL ID ${id}`);
    const { stdout, problem } = await redis([select, ...kills, 'FLUSHDB ASYNC', 'DBSIZE'], signal);
    if (problem !== null) return { kind: 'replace', reason: problem };
    const left = stdout.trim().split('\n').at(-1);
    return left === '0'
      ? clean
      : { kind: 'replace', reason: `DBSIZE of database ${database} answers ${left}` };
  }

  function give(database: string): void {
    const next = waiting.shift();
    if (next) next(database);
    else free.push(database);
  }

  /** Waits while all are lent. */
  async function take(signal: AbortSignal): Promise<string> {
    const database = free.shift();
    if (database !== undefined) return database;
    const { promise, resolve } = Promise.withResolvers<string>();
    waiting.push(resolve);
    return abortable(promise, signal).catch((error: unknown) => {
      void promise.then(give);
      throw error;
    });
  }

  async function openNamespace(signal: AbortSignal): Promise<NamespaceAnswer> {
    const database = await take(signal);
    const close = async (closing: AbortSignal): Promise<ResetAnswer> => {
      const answer = await empty(database, closing);
      if (answer.kind === 'clean') give(database);
      return answer;
    };
    return { kind: 'opened', namespace: { database, close } };
  }

  return { prepare, reset: (signal) => empty(exclusive, signal), openNamespace };
}

/** The ids of clients that have it selected, but for the one that asks. */
function clientsOf(database: string, answers: string): string[] {
  const own = /^\d+$/mu.exec(answers)?.[0];
  const clients = [...answers.matchAll(/^id=(\d+) .* db=(\d+) /gmu)];
  return clients.flatMap(([, id = '', selected]) => (selected === database && id !== own ? [id] : []));
}
