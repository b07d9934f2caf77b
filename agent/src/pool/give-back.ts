/** What becomes of an instance when a lease gives it back: it is reset and lent again, or retired, with the reason said. */

import { messageOf } from '@cleangrid/core/errors.ts';
import { resetMsMax } from '@cleangrid/core/limits.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import { clean as isClean, type ResetAnswer } from '../reset/instance-reset.ts';
import type { WorkspaceKeeper } from '../workspace/workspace-keeper.ts';
import type { FailedResets } from './failed-resets.ts';
import { isResetByCommands } from './fill-instance.ts';
import { type Instance, isGone } from './instance.ts';
import type { PoolBook } from './pool-book.ts';
import { type RestartParts, restartInstance } from './restart-instance.ts';

export interface GiveBackParts extends RestartParts {
  book: PoolBook;
  keeper: WorkspaceKeeper;
  meter: Meter;
  /** By digest. */
  failedResets: Map<string, FailedResets>;
}

export interface Returned {
  instance: Instance;
  /** The lease's key among its holders. */
  key: string;
  /** Why it may not be lent again, as far as the lease knows. */
  taint: string | null;
  /** Whether steps may have run in it. */
  used: boolean;
}

export async function giveBack(parts: GiveBackParts, returned: Returned): Promise<void> {
  const { book } = parts;
  const { instance, key, taint, used } = returned;
  const { namespace = null, hasFiles = false } = instance.holders.get(key) ?? {};
  // A namespace is held until it is closed: nothing of it may be left when the last holder has gone.
  if (namespace === null) instance.holders.delete(key);
  if (used) instance.uses += 1;
  if (isGone(instance)) return;
  const reason = taint ?? whyNotAgain(parts, instance, used);
  if (reason !== null) return book.retire(instance, reason);
  if (!used && namespace === null && instance.holders.size === 0) return book.move(instance, 'ready');
  const shared = instance.holders.size > 0 || instance.service?.isolation === 'shared';
  if (!shared) book.move(instance, 'resetting');
  const startedMs = parts.clock.monotonicMs();
  const answer = await clean(parts, { instance, close: namespace?.close ?? null, shared, hasFiles });
  instance.holders.delete(key);
  if (isGone(instance)) return;
  instance.resetMs = parts.clock.monotonicMs() - startedMs;
  const outcome = answer.kind === 'clean' ? 'passed' : 'failed';
  parts.meter.record('cleangrid.pool.reset', instance.resetMs / 1000, { 'cleangrid.outcome': outcome });
  if (answer.kind === 'clean') {
    parts.failedResets.delete(instance.digest);
    if (instance.holders.size === 0 && instance.state !== 'ready') book.move(instance, 'ready');
    return;
  }
  const why = whyNotClean(answer);
  const before = parts.failedResets.get(instance.digest)?.inARow ?? 0;
  parts.failedResets.set(instance.digest, { inARow: before + 1, reason: why });
  book.retire(instance, why);
}

function whyNotClean(answer: Exclude<ResetAnswer, { kind: 'clean' }>): string {
  if (answer.kind === 'replace') return answer.reason;
  return 'message' in answer.verdict ? answer.verdict.message : answer.verdict.outcome;
}

function whyNotAgain({ book, clock }: GiveBackParts, instance: Instance, used: boolean): string | null {
  const { name, holders, service, made, singleUse, uses, expiresAtMs } = instance;
  if (!made) return 'it was not needed any more';
  if (holders.size === 0 && book.visited().has(name)) return 'a person went in';
  if (used && singleUse) return 'it is used once';
  if (used && service?.reset.strategy === 'recreate') return 'a new one for each scenario';
  if (service && service.maxUses !== null && uses >= service.maxUses) return `it was used ${uses} times`;
  return clock.nowMs() >= expiresAtMs ? 'it is too old' : null;
}

interface Cleaning {
  instance: Instance;
  close: ((signal: AbortSignal) => Promise<ResetAnswer>) | null;
  shared: boolean;
  /** Its steps may have run in it. */
  hasFiles: boolean;
}

async function clean(
  parts: GiveBackParts,
  { instance, close, shared, hasFiles }: Cleaning,
): Promise<ResetAnswer> {
  const { made } = instance;
  if (!made) return { kind: 'replace', reason: 'it was never ready' };
  const { keeper, clock } = parts;
  const timeout = new AbortController();
  const cancelTimeout = clock.after(resetMsMax, () => timeout.abort(new Error('the reset took too long')));
  try {
    if (close) return await close(timeout.signal);
    if (shared) return isClean;
    // First: the suite's own commands may be files of /workspace.
    const files = hasFiles ? await keeper.clean(made.container, timeout.signal) : isClean;
    if (files.kind !== 'clean') return files;
    if (instance.service?.reset.strategy === 'restart') {
      const answer = await restartInstance(parts, instance, timeout.signal);
      if (answer.kind !== 'clean') return answer;
    }
    const { container, reset } = instance.made ?? made;
    const answer = await reset.reset(timeout.signal);
    if (answer.kind !== 'clean' || !hasFiles || !isResetByCommands(instance)) return answer;
    return await keeper.clean(container, timeout.signal);
  } catch (error) {
    return { kind: 'replace', reason: `its reset failed: ${messageOf(error)}` };
  } finally {
    cancelTimeout();
  }
}
