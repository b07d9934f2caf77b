/**
 * `postgres.template`: every lease has a database that was cloned from a template. A reset puts a clone that is ready in the place of the
 * used database by renaming both; the next clone is made, and the used database dropped, while the next lease is on its way.
 */

import { abortable } from '@cleangrid/core/abortable.ts';
import {
  describeDirt,
  endConnections,
  everyClient,
  rememberState,
  unknownDatabases,
  verify,
} from './cluster-state.ts';
import { clean, type InstanceReset, type NamespaceAnswer, type ResetAnswer } from './instance-reset.ts';
import { openServer, type PostgresParts, refusalOf, runSetup } from './postgres-server.ts';
import { literal, type PsqlRun } from './psql.ts';
import {
  dropDatabase,
  ifTouched,
  lend,
  makeTemplate,
  poolDatabase,
  putAside,
  restock,
} from './template-sql.ts';

export class TemplateReset implements InstanceReset {
  readonly #parts: PostgresParts;
  readonly #isShared: boolean;
  #stocked: Promise<ResetAnswer> = Promise.resolve(clean);
  /** Namespaces are opened and closed one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #namespaces = 0;

  constructor(parts: PostgresParts) {
    this.#parts = parts;
    this.#isShared = parts.service.isolation === 'shared';
  }

  async prepare(signal: AbortSignal): Promise<ResetAnswer> {
    const { database } = this.#parts;
    const refusal = await openServer(this.#parts, [poolDatabase], signal);
    if (refusal) return refusal;
    const failure =
      (await openServer(this.#parts, [database], signal)) ?? (await runSetup(this.#parts, signal));
    if (failure) return failure;
    const sql =
      makeTemplate(database) +
      this.#lendExclusively() +
      rememberState({ leased: database, isReplaced: true });
    return refusalOf(await this.#runAndRestock(sql, signal)) ?? clean;
  }

  reset(signal: AbortSignal): Promise<ResetAnswer> {
    return this.#use(endConnections(everyClient) + verify + this.#replaceUsed(), signal);
  }

  /** The earlier life left a fresh clone. Where somebody was in it since, it is used; and the next one may not be there yet. */
  resume(signal: AbortSignal): Promise<ResetAnswer> {
    const again = ifTouched(this.#parts.database, restock + this.#replaceUsed());
    const sql = endConnections(everyClient) + verify + again;
    return this.#lend(sql, signal);
  }

  #replaceUsed(): string {
    return putAside + this.#lendExclusively();
  }

  async openNamespace(signal: AbortSignal): Promise<NamespaceAnswer> {
    this.#namespaces += 1;
    const database = `cleangrid_lease_${this.#namespaces}`;
    const answer = await this.#inTurn(() => this.#use(lend(database), signal));
    if (answer.kind !== 'clean') return answer;
    const remove = endConnections(`datname = ${literal(database)}`) + dropDatabase(database);
    const sql = remove + verify + unknownDatabases;
    const close = (closing: AbortSignal): Promise<ResetAnswer> =>
      this.#inTurn(() => this.#script(sql, closing));
    return { kind: 'opened', namespace: { database, close } };
  }

  #lendExclusively(): string {
    return this.#isShared ? '' : lend(this.#parts.database);
  }

  /** A script that lends the clone, once it is there. */
  async #use(sql: string, signal: AbortSignal): Promise<ResetAnswer> {
    const stocked = await abortable(this.#stocked, signal);
    return stocked.kind === 'clean' ? this.#lend(sql, signal) : stocked;
  }

  async #lend(sql: string, signal: AbortSignal): Promise<ResetAnswer> {
    return answerOf(await this.#runAndRestock(sql, signal));
  }

  /** Restocking goes on after whoever caused it has left. The end of the session ends it. */
  async #runAndRestock(sql: string, signal: AbortSignal): Promise<PsqlRun> {
    const { psql } = this.#parts;
    const { first, rest } = await psql.runAhead({ database: poolDatabase, sql, after: restock }, signal);
    // a script that came to nothing used no clone
    this.#stocked = rest.then((ran) => (ran ? answerOf(ran) : clean));
    // whoever needs the clone is told
    this.#stocked.catch(() => {});
    return first;
  }

  async #script(sql: string, signal: AbortSignal): Promise<ResetAnswer> {
    return answerOf(await this.#parts.psql.run({ database: poolDatabase, sql }, signal));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function answerOf({ stdout, problem }: PsqlRun): ResetAnswer {
  const reason = describeDirt(stdout) ?? problem;
  return reason === null ? clean : { kind: 'replace', reason };
}
