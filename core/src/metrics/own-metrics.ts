/** Every metric that cleangrid has. `docs/telemetry.md` is written from this table, and the meter makes its instruments from it. */

export interface OwnMetric {
  by: 'coordinator' | 'agent';
  kind: 'counter' | 'histogram' | 'gauge';
  /** UCUM. */
  unit: string;
  meaning: string;
  attributes: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  boundaries?: readonly number[];
}

export type GaugeName =
  | 'cleangrid.queue.depth'
  | 'cleangrid.shards.active'
  | 'cleangrid.agents'
  | 'cleangrid.runs.active'
  | 'cleangrid.pool.containers';

export type HistogramName =
  | 'cleangrid.queue.wait'
  | 'cleangrid.step.duration'
  | 'cleangrid.pool.acquire'
  | 'cleangrid.pool.reset';

export type CounterName =
  | 'cleangrid.shards.reassigned'
  | 'cleangrid.scenarios'
  | 'cleangrid.steps'
  | 'cleangrid.spans.emitted'
  | 'cleangrid.spans.arrived'
  | 'cleangrid.spans.dropped'
  | 'cleangrid.pool.hits'
  | 'cleangrid.pool.misses'
  | 'cleangrid.pool.leases.expired';

export type OwnMetricName = CounterName | GaugeName | HistogramName;

/** From what is no wait at all to what somebody should look into. */
const waitSeconds = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
/** From a step of the supervisor to a slow test. */
const stepSeconds = [0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

export const ownMetrics: Readonly<Record<OwnMetricName, OwnMetric>> = {
  'cleangrid.queue.depth': {
    by: 'coordinator',
    kind: 'gauge',
    unit: '{shard}',
    meaning: 'shards that wait for an agent',
    attributes: [],
  },
  'cleangrid.queue.wait': {
    by: 'coordinator',
    kind: 'histogram',
    unit: 's',
    meaning: 'from the submission of a run to the first assignment of a shard',
    attributes: [],
    boundaries: waitSeconds,
  },
  'cleangrid.shards.active': {
    by: 'coordinator',
    kind: 'gauge',
    unit: '{shard}',
    meaning: 'shards that an agent holds',
    attributes: [],
  },
  'cleangrid.shards.reassigned': {
    by: 'coordinator',
    kind: 'counter',
    unit: '{shard}',
    meaning: 'assignments after the first one: retries, and shards of agents that were lost',
    attributes: [],
  },
  'cleangrid.agents': {
    by: 'coordinator',
    kind: 'gauge',
    unit: '{agent}',
    meaning: 'agents that are not lost',
    attributes: ['cleangrid.agent.state'],
  },
  'cleangrid.runs.active': {
    by: 'coordinator',
    kind: 'gauge',
    unit: '{run}',
    meaning: 'runs that are not finished',
    attributes: [],
  },
  'cleangrid.scenarios': {
    by: 'coordinator',
    kind: 'counter',
    unit: '{scenario}',
    meaning: 'verdicts of scenarios',
    attributes: ['cleangrid.outcome'],
  },
  'cleangrid.steps': {
    by: 'coordinator',
    kind: 'counter',
    unit: '{step}',
    meaning: 'verdicts of steps',
    attributes: ['cleangrid.outcome'],
  },
  'cleangrid.spans.emitted': {
    by: 'coordinator',
    kind: 'counter',
    unit: '{span}',
    meaning: 'spans that were stored or dropped, but for the roots of runs',
    attributes: [],
  },
  'cleangrid.spans.arrived': {
    by: 'coordinator',
    kind: 'counter',
    unit: '{span}',
    meaning: 'spans that the back end took, but for the roots of runs',
    attributes: [],
  },
  'cleangrid.spans.dropped': {
    by: 'coordinator',
    kind: 'counter',
    unit: '{span}',
    meaning: 'spans that the back end rejected, or that were beyond a bound',
    attributes: [],
  },
  'cleangrid.step.duration': {
    by: 'agent',
    kind: 'histogram',
    unit: 's',
    meaning: 'the command of a step',
    attributes: ['cleangrid.outcome'],
    boundaries: stepSeconds,
  },
  'cleangrid.pool.acquire': {
    by: 'agent',
    kind: 'histogram',
    unit: 's',
    meaning: 'until a scenario had its containers, or was refused',
    attributes: [],
    boundaries: waitSeconds,
  },
  'cleangrid.pool.hits': {
    by: 'agent',
    kind: 'counter',
    unit: '{container}',
    meaning: 'containers of leases that were warm',
    attributes: [],
  },
  'cleangrid.pool.misses': {
    by: 'agent',
    kind: 'counter',
    unit: '{container}',
    meaning: 'containers of leases that had to be made',
    attributes: [],
  },
  'cleangrid.pool.reset': {
    by: 'agent',
    kind: 'histogram',
    unit: 's',
    meaning: 'resets after leases; those that failed ended in a new container',
    attributes: ['cleangrid.outcome'],
    boundaries: stepSeconds,
  },
  'cleangrid.pool.containers': {
    by: 'agent',
    kind: 'gauge',
    unit: '{container}',
    meaning: 'containers of the pool',
    attributes: ['cleangrid.container.state'],
  },
  'cleangrid.pool.leases.expired': {
    by: 'agent',
    kind: 'counter',
    unit: '{container}',
    meaning: 'containers that were taken back because their holder did not renew the lease',
    attributes: [],
  },
};
