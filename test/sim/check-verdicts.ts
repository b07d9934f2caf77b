/** Judges a history by its end: what is stored of a run against what its steps really did. */

import { brokenRetriesMax } from '@cleangrid/core/limits.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { RunRecord, ScenarioRecord, StepRecord } from '@cleangrid/core/run-service.ts';
import type { StepResult } from '@cleangrid/core/result.ts';
import { noOutcomes } from '@cleangrid/core/verdict.ts';
import type { ShardLog } from './shard-logs.ts';
import type { SimClient } from './sim-client.ts';
import { outcomeOf, retriesOf } from './sim-plan.ts';
import type { Fact } from './sim-runner.ts';

export interface Evidence {
  client: SimClient;
  record: RunRecord;
  scenarios: ScenarioRecord[];
  shards: Map<string, ShardLog>;
  facts: Fact[];
  /** Of the present store. */
  grid: number;
}

/** One line for everything that does not hold. */
export function checkVerdicts(evidence: Evidence): string[] {
  const { client, record, scenarios } = evidence;
  const { plan } = client;
  const wrong: string[] = [];
  if (record.state !== 'finished') wrong.push(`${plan.run} is ${record.state}`);
  const ids = scenarios.map(({ id }) => id).join();
  if (ids !== plan.scenarios.map(({ id }) => id).join()) wrong.push(`${plan.run} has the scenarios ${ids}`);
  for (const [ordinal, scenario] of scenarios.entries()) {
    const planned = plan.scenarios[ordinal];
    if (!planned) continue;
    const complaints = [
      ...checkSteps(scenario, planned),
      ...checkResults(evidence, scenario),
      ...checkBudgets(evidence, scenario, { planned, ordinal }),
      ...checkCancel(evidence, scenario),
    ];
    wrong.push(...complaints.map((complaint) => `${plan.run} ${scenario.id}: ${complaint}`));
  }
  return [...wrong, ...checkCounts(record, scenarios)];
}

function checkSteps(scenario: ScenarioRecord, planned: PlannedScenario): string[] {
  const wrong: string[] = [];
  if (scenario.verdict === null) wrong.push('no verdict');
  const ids = scenario.steps.map(({ id }) => id).join();
  if (ids !== planned.steps.map(({ id }) => id).join()) wrong.push(`steps are ${ids}`);
  for (const { id, result } of scenario.steps) {
    if (!result) wrong.push(`${id} has no verdict`);
    else if (result.step !== id) wrong.push(`${id} has the result of ${result.step}`);
  }
  if (
    scenario.verdict?.outcome === 'passed' &&
    scenario.steps.some(({ result }) => result?.verdict.outcome !== 'passed')
  )
    wrong.push('passed, but not every step');
  return wrong;
}

interface Origin {
  shard: string;
  attempt: number;
  boot: string;
  grid: number;
}

/** `2.1#3 agent-1.1001 1`, written by the runner. */
function originOf(result: StepResult | null): Origin | null {
  const [, shard, attempt, boot, grid] = /^(\S+)#(\d+) (\S+) (\d+)$/.exec(result?.stdout.head ?? '') ?? [];
  return shard === undefined || boot === undefined
    ? null
    : { shard, attempt: Number(attempt), boot, grid: Number(grid) };
}

function checkResults({ client, facts, shards, grid }: Evidence, scenario: ScenarioRecord): string[] {
  const wrong: string[] = [];
  const attempts = new Set<string>();
  for (const step of scenario.steps) {
    const origin = originOf(step.result);
    if (!origin) continue;
    if (origin.grid !== grid) wrong.push(`${step.id} has a result of a store that was lost`);
    if (!origin.shard.includes('.')) attempts.add(`${origin.attempt}`);
    wrong.push(
      ...checkOrigin(step, { ...origin, facts: facts.filter(({ ref }) => ref.run === client.plan.run) }),
    );
    const temper = client.plan.tempers.get(scenario.id) ?? 'passes';
    const verdict = step.result?.verdict;
    const outcome =
      verdict?.outcome === 'broken' && verdict.reason === 'container_lost' ? null : verdict?.outcome;
    const ref = { run: client.plan.run, shard: origin.shard as never, attempt: origin.attempt };
    const real = outcomeOf(temper, ref, step.id).outcome;
    if ((outcome === 'passed' || outcome === 'failed' || outcome === 'broken') && outcome !== real)
      wrong.push(`${step.id} is ${outcome}, it was ${real}`);
    const closed = [...(shards.get(origin.shard)?.closes.keys() ?? [])];
    if (!origin.shard.includes('.') && closed.some((attempt) => attempt > origin.attempt))
      wrong.push(`${step.id} comes from attempt ${origin.attempt}, a later one closed`);
  }
  if (attempts.size > 1) wrong.push(`mixes attempts ${[...attempts].join()}`);
  return wrong;
}

function checkOrigin(step: StepRecord, origin: Origin & { facts: Fact[] }): string[] {
  const { outcome } = step.result?.verdict ?? {};
  if (outcome !== 'passed' && outcome !== 'failed') return [];
  const happened = origin.facts.some(
    ({ ref, step: ran, boot }) =>
      ref.shard === origin.shard && ref.attempt === origin.attempt && ran === step.id && boot === origin.boot,
  );
  return happened ? [] : [`${step.id} is ${outcome} and never ran`];
}

/** Each fault spends its own budget: a final one shows that it was spent to the end. A slice may end by a frame, without its last close. */
function checkBudgets(
  { client, shards }: Evidence,
  scenario: ScenarioRecord,
  { planned, ordinal }: { planned: PlannedScenario; ordinal: number },
): string[] {
  if (client.cancelWishedAtMs !== null) return [];
  const logs = [...shards].filter(([shard]) => shard.split('.')[0] === `${ordinal}`).map(([, log]) => log);
  const byFrame = [...shards.keys()].includes(`${ordinal}`) ? 0 : 1;
  const spent = (outcome: string, log: ShardLog): number =>
    [...log.closes.values()].filter(({ verdict }) => verdict.outcome === outcome).length;
  const lost = (log: ShardLog): number =>
    [...log.started].filter((attempt) => !log.closes.has(attempt)).length;
  const outcome = scenario.verdict?.outcome;
  const retries = retriesOf(planned);
  const isSpent = logs.some((log) => spent('broken', log) + lost(log) + byFrame > brokenRetriesMax);
  // What failed in the last attempt that the grid could give it has failed.
  if (outcome === 'failed' && !isSpent && !logs.some((log) => spent('failed', log) + byFrame > retries))
    return [`failed before its ${retries} retries were spent`];
  if (outcome === 'broken' && !isSpent)
    return [`broken before the ${brokenRetriesMax} retries of what breaks were spent`];
  return [];
}

function checkCancel({ client, facts, shards }: Evidence, scenario: ScenarioRecord): string[] {
  const { verdict } = scenario;
  if (verdict?.outcome !== 'cancelled') return [];
  if (client.cancelWishedAtMs === null) return ['cancelled, and nobody wanted it'];
  if (verdict.reason === 'death_unproven') return [];
  const endMs = client.finishedScenarios.get(scenario.id) ?? Number.POSITIVE_INFINITY;
  const ordinal = client.plan.scenarios.findIndex(({ id }) => id === scenario.id);
  // Of an attempt that was lost and superseded nobody promises anything but that its results are not merged.
  const isNewest = ({ ref }: Fact): boolean =>
    ref.attempt === Math.max(...(shards.get(ref.shard)?.owners.keys() ?? []));
  const late = facts.filter(
    (fact) =>
      fact.ref.run === client.plan.run &&
      fact.ref.shard.split('.')[0] === `${ordinal}` &&
      fact.atMs > endMs &&
      isNewest(fact),
  );
  return late.map(
    ({ ref, step, atMs }) =>
      `${ref.shard}#${ref.attempt} ${step} runs at ${atMs} ms, after its end at ${endMs} ms was proved`,
  );
}

function checkCounts(record: RunRecord, scenarios: ScenarioRecord[]): string[] {
  const counted = noOutcomes();
  const countedSteps = noOutcomes();
  for (const { verdict, flaky, steps } of scenarios) {
    if (verdict) counted[verdict.outcome] += 1;
    if (flaky) counted.flaky += 1;
    for (const { result } of steps) if (result) countedSteps[result.verdict.outcome] += 1;
  }
  const wrong: string[] = [];
  if (JSON.stringify(counted) !== JSON.stringify(record.scenarios))
    wrong.push(`counts ${JSON.stringify(record.scenarios)}, are ${JSON.stringify(counted)}`);
  const steps = { ...record.steps, flaky: 0 };
  if (JSON.stringify(countedSteps) !== JSON.stringify(steps))
    wrong.push(`counts steps ${JSON.stringify(steps)}, are ${JSON.stringify(countedSteps)}`);
  return wrong;
}
