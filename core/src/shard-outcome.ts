/** How the end of an attempt ends its shard, or sends it back to wait for the next one: budgets and final verdicts (rules 11 and 12). */

import { invariant } from './errors.ts';
import type { StepId } from './ids.ts';
import type { AttemptClose } from './protocol.ts';
import type { Attempt, FinalStep, Heard, Shard, ShardFacts, ShardMove } from './shard.ts';
import type { OutcomeCounts, Verdict } from './verdict.ts';
import { broken, failed, noOutcomes, scenarioVerdict, skipped } from './verdict.ts';

type Active = Extract<Shard, { state: 'active' }>;

/** The attempt said that it ended, and every frame of it is stored. */
export function closeAttempt(shard: Shard, close: AttemptClose, heard: Heard): ShardMove {
  const { attempt } = shard;
  invariant(attempt, 'what closes was assigned');
  const cancelledUnasked = close.verdict.outcome === 'cancelled' && shard.cancelling === null;
  const said = cancelledUnasked
    ? broken('agent_lost', `agent ${attempt.owner.agent} on host ${attempt.owner.host} stopped it unasked`)
    : close.verdict;
  const verdict = attemptVerdict(shard, said, heard);
  // Stopped by our own revoke: `stopped` with the proof of death is still to come.
  const lacksProof = shard.cancelling !== null && close.verdict.outcome === 'cancelled';
  const active: Active = {
    ...shard,
    state: 'active',
    attempt: { ...attempt, phase: { state: 'closed', verdict, ...(lacksProof && { said: close }) } },
  };
  if (lacksProof) return moved(active);
  if (shard.cancelling !== null) return moved(settle(active, { verdict, heard, close }));
  return shard.kind === 'whole'
    ? closeWhole(active, { verdict, heard, close })
    : closeSlice(active, { verdict, heard, close });
}

/** The attempt's agent is gone, or gave it up. Only an attempt that ran spends the budget. */
export function loseAttempt(shard: Active, why: string, heard: Heard): ShardMove {
  const { attempt } = shard;
  const { host } = attempt.owner;
  const hosts = [...new Set([...shard.avoidHosts, host])];
  const verdict = broken('agent_lost', `${why} (lost on ${hosts.join(', ')})`);
  const finals = shard.kind === 'slice' ? finalsOf(shard, heard) : {};
  const waiting: Shard = { ...shard, state: 'waiting', finals, avoidHosts: hosts };
  if (shard.kind === 'slice' && Object.keys(finals).length === shard.stepCount)
    return moved(
      settle(shard, { verdict: scenarioVerdict(verdictsOf(shard, heard, null)), heard, close: null }),
    );
  if (!attempt.started) return moved(waiting);
  if (shard.budgets.broken === 0) return moved(settle(shard, { verdict, heard, close: null }));
  return { shard: spend(waiting, { broken: 1 }), answer: 'stored', retried: verdict };
}

/** How an attempt ended: `close` is null where it never said so. */
export interface Ending {
  verdict: Verdict;
  heard: Heard;
  close: AttemptClose | null;
}

/** Gives every planned step its one verdict and closes the shard. */
export function settle(shard: ShardFacts & { attempt: Attempt | null }, ending: Ending): Shard {
  const { verdict, heard, close } = ending;
  const number = shard.attempt?.number ?? null;
  const finals = shard.kind === 'slice' ? { ...shard.finals } : {};
  if (shard.kind === 'slice' && number !== null) addFinals(finals, heard, number);
  const missing = shard.stepCount - (shard.kind === 'slice' ? Object.keys(finals).length : heard.size);
  const rest = missing > 0 ? verdictOfUnheard(verdict) : null;
  const final = scenarioVerdict([verdict, ...verdictsOf(shard, heard, rest)]);
  const hasFailed = shard.earlier.some((earlier) => earlier.verdict?.outcome === 'failed');
  const { attempt } = shard;
  return {
    ...shard,
    state: 'closed',
    attempt,
    finals,
    outcome: {
      verdict: final,
      flaky: final.outcome === 'passed' && (hasFailed || shard.failedBefore.length > 0),
      results: shard.kind === 'whole' && heard.size > 0 ? number : null,
      rest,
      steps: countSteps(shard, heard, rest),
      durationMs: close?.durationMs ?? 0,
      waitedMs: close?.waitedMs ?? 0,
      failedChecks: close?.failedChecks ?? [],
      serviceLogs: close?.serviceLogs ?? [],
    },
  };
}

function closeWhole(shard: Active, ending: Ending): ShardMove {
  const { verdict, heard } = ending;
  if (verdict.outcome === 'passed') return moved(settle(shard, ending));
  const failedBefore = [...new Set([...shard.failedBefore, ...stepsThat('failed', heard)])];
  const waiting: Shard = { ...shard, state: 'waiting', failedBefore };
  const isFailed = verdict.outcome === 'failed';
  if (isFailed && mayBePolluted(shard, ending))
    return { shard: spend(waiting, { pollution: 1 }), answer: 'stored', retried: verdict };
  if (isFailed && shard.budgets.failed > 0)
    return { shard: spend(waiting, { failed: 1 }), answer: 'stored', retried: verdict };
  if (verdict.outcome === 'broken' && shard.budgets.broken > 0)
    return { shard: spend(avoidHost(waiting), { broken: 1 }), answer: 'stored', retried: verdict };
  return moved(settle(shard, ending));
}

function closeSlice(shard: Active, ending: Ending): ShardMove {
  const { verdict, heard } = ending;
  const outcomes = new Set([verdict.outcome, ...[...heard.values()].map((step) => step.outcome)]);
  const pollution = outcomes.has('failed') && mayBePolluted(shard, ending) ? 1 : 0;
  const failed = outcomes.has('failed') && pollution === 0 && shard.budgets.failed > 0 ? 1 : 0;
  const finals = finalsOf(shard, heard, pollution + failed === 0);
  const brokenSpent = outcomes.has('broken') && shard.budgets.broken > 0 ? 1 : 0;
  const isComplete = Object.keys(finals).length === shard.stepCount;
  // With every verdict final there is nothing to run again: what the grid broke after that took nothing away.
  if (isComplete && verdict.outcome === 'broken')
    return moved(settle(shard, { ...ending, verdict: scenarioVerdict(verdictsOf(shard, heard, null)) }));
  if (isComplete || pollution + failed + brokenSpent === 0) return moved(settle(shard, ending));
  const failedBefore = [...new Set([...shard.failedBefore, ...stepsThat('failed', heard)])];
  const waiting: Shard = { ...shard, state: 'waiting', finals, failedBefore };
  const next = spend(brokenSpent ? avoidHost(waiting) : waiting, { pollution, failed, broken: brokenSpent });
  return { shard: next, answer: 'stored', retried: verdict };
}

/** What failed in containers that others had used may have found what they left there. */
function mayBePolluted({ budgets }: Shard, { close }: Ending): boolean {
  return close?.reused === true && budgets.pollution > 0;
}

/** A close cannot claim more than its steps: one that passed without all of them is our own fault. */
function attemptVerdict(shard: Shard, said: Verdict, heard: Heard): Verdict {
  if (killedExecutor(said) && shard.earlier.some((earlier) => killedExecutor(earlier.verdict)))
    return failed('kills_executor', `twice, what it runs has killed its executor: ${said.message}`);
  if (said.outcome !== 'passed') return said;
  const known = heard.size + Object.keys(shard.finals).filter((step) => !heard.has(step as StepId)).length;
  if (known < shard.stepCount)
    return broken('internal', `only ${known} of ${shard.stepCount} steps have a result`);
  return scenarioVerdict([...heard.values()]);
}

/** Once it may be the grid's fault, twice it is the step's (rule 12). */
function killedExecutor(verdict: Verdict | null): verdict is Extract<Verdict, { outcome: 'broken' }> {
  return verdict?.outcome === 'broken' && verdict.reason === 'executor_killed';
}

/** Independent steps: passed is final, and so is what has no budget left. */
function finalsOf(
  shard: ShardFacts & { attempt: { number: number } },
  heard: Heard,
  isFailedFinal = shard.budgets.failed === 0,
): Record<StepId, FinalStep> {
  const finals = { ...shard.finals };
  const { broken } = shard.budgets;
  const isFinal = ({ outcome }: Verdict): boolean =>
    outcome === 'passed' || (outcome === 'failed' && isFailedFinal) || (outcome === 'broken' && broken === 0);
  addFinals(finals, new Map([...heard].filter(([, verdict]) => isFinal(verdict))), shard.attempt.number);
  return finals;
}

function addFinals(finals: Record<StepId, FinalStep>, heard: Heard, attempt: number): void {
  for (const [step, verdict] of heard) finals[step] ??= { attempt, verdict };
}

function verdictsOf(shard: ShardFacts, heard: Heard, rest: Verdict | null): Verdict[] {
  const earlier = Object.entries(shard.finals).filter(([step]) => !heard.has(step as StepId));
  return [...earlier.map(([, final]) => final.verdict), ...heard.values(), ...(rest ? [rest] : [])];
}

function countSteps(shard: ShardFacts, heard: Heard, rest: Verdict | null): OutcomeCounts {
  const counts = noOutcomes();
  const failedBefore = new Set(shard.failedBefore);
  const earlier = Object.entries(shard.finals).filter(([step]) => !heard.has(step as StepId));
  for (const [, final] of earlier) counts[final.verdict.outcome] += 1;
  for (const [step, verdict] of heard) {
    counts[verdict.outcome] += 1;
    if (verdict.outcome === 'passed' && failedBefore.has(step)) counts.flaky += 1;
  }
  if (rest) counts[rest.outcome] += shard.stepCount - earlier.length - heard.size;
  return counts;
}

/** A step that the grid or a cancel kept from running shares that verdict; after a failure it was just not reached. */
function verdictOfUnheard(verdict: Verdict): Verdict {
  return verdict.outcome === 'broken' || verdict.outcome === 'cancelled'
    ? verdict
    : skipped('not_reached', 'the attempt ended before it');
}

function stepsThat(outcome: Verdict['outcome'], heard: Heard): StepId[] {
  return [...heard].filter(([, verdict]) => verdict.outcome === outcome).map(([step]) => step);
}

/** A check in fresh containers goes on when the grid breaks it, and is over when it failed. */
function spend(shard: Shard, { failed = 0, broken = 0, pollution = 0 }: Partial<Shard['budgets']>): Shard {
  const { budgets } = shard;
  return {
    ...shard,
    checksPollution: pollution > 0 || (shard.checksPollution && failed === 0),
    budgets: {
      failed: budgets.failed - failed,
      broken: budgets.broken - broken,
      pollution: budgets.pollution - pollution,
    },
  };
}

function avoidHost(shard: Shard): Shard {
  const host = shard.attempt?.owner.host;
  return host === undefined || shard.avoidHosts.includes(host)
    ? shard
    : { ...shard, avoidHosts: [...shard.avoidHosts, host] };
}

function moved(shard: Shard): ShardMove {
  return { shard, answer: 'stored', retried: null };
}
