/** One random history of a whole grid: built, struck by faults and judged, all from one seed. */

import { type AgentId, id, type RunId, type ScenarioId, type ShardId } from '@cleangrid/core/ids.ts';
import type { AttemptRecord, ScenarioRecord } from '@cleangrid/core/run-service.ts';
import { checkVerdicts } from './check-verdicts.ts';
import { planFaults } from './faults.ts';
import { Monitor } from './monitor.ts';
import { SimAgent } from './sim-agent.ts';
import { SimClient } from './sim-client.ts';
import { SimCoordinator } from './sim-coordinator.ts';
import { SimMailboxes } from './sim-mailboxes.ts';
import { SimNetwork } from './sim-network.ts';
import { makePlan, type SimPlan } from './sim-plan.ts';
import type { Fact } from './sim-runner.ts';
import { makeWorld, nameOf, type World } from './world.ts';

export interface History {
  seed: number;
  trace: string[];
  /** What does not hold; empty for a history as it should be. */
  violations: string[];
}

/** From the end of the faults until everything must have ended: graces, retries and back-offs add up to a few minutes. */
const settleMsMax = 1_200_000;
/** An agent that is gone is given up by then: silence, and the grace of a coordinator that starts. */
const lossMsMax = 40_000;
const quietMs = 70_000;

export async function runHistory(seed: number): Promise<History> {
  const world = makeWorld(seed);
  const grid = new SimGrid(world);
  const crashed = (error: unknown): void => grid.crashed(error);
  process.on('unhandledRejection', crashed);
  try {
    await grid.live();
  } finally {
    process.off('unhandledRejection', crashed);
    grid.coordinator.store.close();
  }
  return { seed, trace: world.trace, violations: world.violations };
}

class SimGrid {
  readonly coordinator: SimCoordinator;
  readonly #world: World;
  readonly #network: SimNetwork;
  readonly #mailboxes: SimMailboxes;
  readonly #monitor: Monitor;
  #facts: Fact[] = [];
  readonly #agents: SimAgent[];
  readonly #clients: SimClient[];
  readonly #calmAtMs: number;

  constructor(world: World) {
    this.#world = world;
    this.#network = new SimNetwork(world);
    this.#mailboxes = new SimMailboxes(world);
    this.#monitor = new Monitor(world);
    this.#network.observe((event) => this.#monitor.onWire(event));
    this.#mailboxes.observeLoss(() => this.#monitor.conduct.mailboxesLost());
    this.#mailboxes.observePublish((mailbox, delivery) => this.#monitor.published(mailbox, delivery));
    this.coordinator = new SimCoordinator({
      world,
      network: this.#network,
      mailboxes: this.#mailboxes,
      disturbed: () => this.#monitor.losses.coordinatorDisturbed(),
      started: () => this.#monitor.conduct.forgetLoss(),
    });
    const plans: SimPlan[] = [];
    this.#clients = this.#makeClients(plans);
    this.#agents = this.#makeAgents(plans);
    this.coordinator.start();
    for (const agent of this.#agents) agent.restartIn(world.random.integer(0, 2000));
    this.#calmAtMs = planFaults({
      world,
      agents: this.#agents,
      coordinator: this.coordinator,
      network: this.#network,
      mailboxes: this.#mailboxes,
      storeLost: () => this.#loseStore(),
      monitor: this.#monitor,
    });
  }

  async live(): Promise<void> {
    const limitMs = this.#calmAtMs + settleMsMax;
    const isOver = (): boolean => this.#clients.every(({ finishedAtMs }) => finishedAtMs !== null);
    const isDone = (): boolean => this.#isCalm() && isOver();
    await this.#world.clock.run(isDone, this.#calmAtMs + lossMsMax);
    await this.#checkRetired();
    const ended = await this.#world.clock.run(isDone, limitMs);
    if (!ended) this.#world.violated('not everything ended');
    await this.#checkQuiet();
    for (const client of this.#clients) {
      await this.#checkRun(client).catch((error: unknown) =>
        this.#world.violated(`${client.plan.run} cannot be read: ${String(error)}`),
      );
    }
  }

  /** Who left for ever is given up soon: it holds nothing that another could run. */
  async #checkRetired(): Promise<void> {
    const retired = new Set(this.#agents.filter(({ isRetired }) => isRetired).map(({ name }) => name));
    const runs = this.coordinator.open?.runs;
    for (const { plan, finishedAtMs } of runs && retired.size > 0 ? this.#clients : []) {
      if (finishedAtMs !== null) continue;
      for await (const { attempts } of runs?.scenarios(plan.run) ?? []) {
        const kept = attempts.find(({ agent, state }) => retired.has(agent) && isLive(state));
        if (kept)
          this.#world.violated(`${kept.agent} is gone, and attempt ${kept.attempt} still ${kept.state}`);
      }
    }
  }

  /** A rejection that nobody handles is the end of a process. */
  crashed(error: unknown): void {
    const party = this.coordinator.party;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#world.violated(`unhandled rejection (${party?.name}): ${text}`);
  }

  #loseStore(): void {
    this.coordinator.loseStore();
    this.#monitor.beginGrid();
    this.#facts = [];
    for (const client of this.#clients) client.startOver();
  }

  #isCalm(): boolean {
    return this.#world.clock.nowMs >= this.#calmAtMs;
  }

  #makeClients(plans: SimPlan[]): SimClient[] {
    const { random } = this.#world;
    const count = random.chance(0.3) ? 2 : 1;
    return Array.from({ length: count }, (_, index) => {
      const isCancelled = random.chance(0.3);
      const plan = makePlan(random.fork(), { run: id<RunId>(`run-${index + 1}`), mayHang: isCancelled });
      plans.push(plan);
      const isLate = index > 0 && random.chance(0.5);
      const submitAtMs = isLate ? random.integer(10_000, 60_000) : random.integer(0, 3000);
      const cancelAtMs = isCancelled ? submitAtMs + random.integer(0, 10_000) : null;
      return new SimClient({
        world: this.#world,
        coordinator: this.coordinator,
        plan,
        submitAtMs,
        cancelAtMs,
        cancelling: () => this.#monitor.logs.cancelled(plan.run),
        finished: (record) => this.#noteUnproven(plan, record),
        lost: (scenario, attempt) =>
          this.#monitor.losses.lost({ run: plan.run, shard: wholeShard(plan, scenario), attempt }),
      });
    });
  }

  /** Of a scenario that is one shard: which attempt is meant is known. */
  #noteUnproven(plan: SimPlan, { id: scenario, verdict, attempts }: ScenarioRecord): void {
    const attempt = attempts.at(-1)?.attempt;
    if (verdict?.outcome === 'cancelled' && verdict.reason === 'death_unproven' && attempt !== undefined)
      this.#monitor.conduct.deathUnproven({ run: plan.run, shard: wholeShard(plan, scenario), attempt });
  }

  #makeAgents(plans: SimPlan[]): SimAgent[] {
    const { random } = this.#world;
    const hostCount = random.integer(1, 3);
    return Array.from({ length: random.integer(1, 4) }, (_, index) => {
      const agent = new SimAgent({
        world: this.#world,
        network: this.#network,
        mailboxes: this.#mailboxes,
        plans,
        executed: (fact) => {
          if (this.#monitor.gridOf(fact.ref) !== this.#monitor.grid) return;
          this.#facts.push(fact);
          this.#monitor.executed(fact);
        },
        gridOf: (ref) => this.#monitor.gridOf(ref),
        name: id<AgentId>(`agent-${index + 1}`),
        host: `host-${(index % hostCount) + 1}`,
        slots: random.integer(1, 3),
        disturbed: (boot) => this.#monitor.losses.disturbed(boot),
      });
      return agent;
    });
  }

  /** When all is over, nobody holds anything any more, and nobody has anything to say. */
  async #checkQuiet(): Promise<void> {
    const { clock } = this.#world;
    await clock.run(() => false, clock.nowMs + quietMs);
    let talk: string[] = [];
    const welcomed = new Set<string>();
    this.#network.observe(({ what, boot, message }) => {
      if (what !== 'received') return;
      if (message.kind === 'hello' && message.holds.length > 0)
        this.#world.violated(`${boot} still holds ${message.holds.map(nameOf).join(' ')}`);
      if (message.kind === 'welcome') welcomed.add(boot.split('.')[0] ?? '');
      if (message.kind !== 'beat') talk.push(message.kind);
    });
    this.#monitor.losses.allDisturbed();
    if (this.coordinator.party) this.#network.breakConnectionsOf(this.coordinator.party);
    await clock.run(() => false, clock.nowMs + 5000);
    for (const { name, isRetired } of this.#agents)
      if (!isRetired && !welcomed.has(name)) this.#world.violated(`${name} did not come back`);
    talk = [];
    await clock.run(() => false, clock.nowMs + 5000);
    if (talk.length > 0) this.#world.violated(`there is no end of ${talk.join(' ')}`);
    const busy = this.#agents.filter(({ liveCount }) => liveCount > 0);
    if (busy.length > 0) this.#world.violated('an agent still runs something');
    const leftovers = this.#mailboxes.leftovers();
    if (leftovers.length > 0 && !this.#mailboxes.hasRefused)
      this.#world.violated(`nobody took what is in ${leftovers.join(', ')}`);
  }

  async #checkRun(client: SimClient): Promise<void> {
    const runs = this.coordinator.open?.runs;
    if (!runs) return this.#world.violated('no coordinator at the end');
    const scenarios: ScenarioRecord[] = [];
    const { run } = client.plan;
    for await (const scenario of runs.scenarios(run)) scenarios.push(scenario);
    const record = await runs.get(run);
    const shards = this.#monitor.logs.ofRun(run);
    const { grid } = this.#monitor;
    for (const complaint of checkVerdicts({ client, record, scenarios, shards, facts: this.#facts, grid }))
      this.#world.violated(complaint);
  }
}

function isLive(state: AttemptRecord['state']): boolean {
  return state === 'assigned' || state === 'accepted' || state === 'running';
}

/** A scenario that is one shard; no shard has this id where it is several. */
function wholeShard({ scenarios }: SimPlan, scenario: ScenarioId): ShardId {
  return id<ShardId>(`${scenarios.findIndex((planned) => planned.id === scenario)}`);
}
