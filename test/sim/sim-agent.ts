/** One machine of a history: an agent that is killed, frozen, usurped and started again, each life under a higher boot number. */

import { type RunningAgent, startAgent } from '@cleangrid/agent/agent.ts';
import { Party } from '@cleangrid/core/fake-clock.ts';
import type { AgentId } from '@cleangrid/core/ids.ts';
import type { AttemptRef } from '@cleangrid/core/protocol.ts';
import { version } from '@cleangrid/core/version.ts';
import pino from 'pino';
import type { Random } from './random.ts';
import type { SimMailboxes } from './sim-mailboxes.ts';
import type { SimNetwork } from './sim-network.ts';
import type { SimPlan } from './sim-plan.ts';
import { type Fact, SimRunner } from './sim-runner.ts';
import type { World } from './world.ts';

export interface SimAgentOptions {
  world: World;
  network: SimNetwork;
  mailboxes: SimMailboxes;
  plans: SimPlan[];
  executed: (fact: Fact) => void;
  gridOf: (ref: AttemptRef) => number;
  name: AgentId;
  host: string;
  slots: number;
  disturbed: (boot: string) => void;
}

interface Life {
  party: Party;
  agent: RunningAgent;
  runner: SimRunner;
}

export class SimAgent {
  readonly host: string;
  readonly name: AgentId;
  readonly #options: SimAgentOptions;
  readonly #random: Random;
  #boot = 1000;
  #life: Life | null = null;
  #isRetired = false;
  readonly #usurped: Party[] = [];

  constructor(options: SimAgentOptions) {
    this.#options = options;
    this.host = options.host;
    this.name = options.name;
    this.#random = options.world.random.fork();
  }

  get isUp(): boolean {
    return this.#life !== null;
  }

  /** Attempts of which something runs. */
  get liveCount(): number {
    return this.#life?.runner.live.size ?? 0;
  }

  start(): void {
    if (this.#life || this.#isRetired) return;
    const { world, network, mailboxes, name, host, slots, plans, executed, gridOf } = this.#options;
    this.#boot += 1;
    const party = new Party(`${name}.${this.#boot}`);
    world.note(`${party.name} starts on ${host}`);
    const killed = (): void => {
      if (this.#life?.party !== party) return;
      world.note(`a step takes ${party.name} down`);
      this.kill('silently');
      this.restartIn(this.#random.integer(200, 6000));
    };
    const runner = new SimRunner({
      world,
      party,
      agent: name,
      random: this.#random.fork(),
      plans,
      executed,
      gridOf,
      killed,
    });
    const agent = startAgent({
      agent: name,
      boot: this.#boot,
      host,
      slots,
      executor: 'none',
      version,
      dialer: network.dialer(party, host),
      mailboxes: mailboxes.reader(party),
      runner,
      pool: () => [],
      clock: world.clock.of(party),
      logger: pino({ level: 'silent' }),
    });
    this.#life = { party, agent, runner };
    void agent.refused.then((reason) => {
      world.note(`${party.name} exits: ${reason}`);
      party.state = 'dead';
    });
  }

  /** Nobody will start it again. */
  retire(): void {
    this.#isRetired = true;
    for (const party of this.#usurped) party.state = 'dead';
    this.kill(this.#random.chance(0.5) ? 'silently' : 'loudly');
  }

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Answers to it do not arrive any more on the connection that it has now. */
  stall(): void {
    const party = this.#life?.party;
    if (!party) return;
    this.#options.world.note(`nothing comes down to ${party.name}`);
    this.#options.disturbed(party.name);
    this.#options.network.stallConnectionsTo(party);
  }

  /** `silently`: nobody closes its connections, as when a machine loses its power. */
  kill(how: 'silently' | 'loudly'): void {
    if (!this.#life) return;
    const { party } = this.#life;
    this.#options.world.note(`${party.name} is killed ${how}`);
    this.#options.disturbed(party.name);
    party.state = 'dead';
    this.#life = null;
    if (how === 'loudly') this.#options.network.breakConnectionsOf(party);
  }

  restartIn(delayMs: number): void {
    const { world } = this.#options;
    world.clock.after(world.nature, delayMs, () => this.start());
  }

  /** As an operator ends an agent: it leaves when it has finished, and comes back later. */
  drain(): void {
    const life = this.#life;
    if (!life) return;
    this.#options.world.note(`${life.party.name} drains`);
    this.#options.disturbed(life.party.name);
    this.#options.world.clock.after(life.party, 0, () => {
      void life.agent.drain().then(() => {
        if (this.#life !== life) return;
        this.kill('loudly');
        this.restartIn(this.#random.integer(0, 3000));
      });
    });
  }

  freezeFor(durationMs: number): void {
    const { world } = this.#options;
    const party = this.#life?.party;
    if (party?.state !== 'alive') return;
    world.note(`${party.name} freezes for ${durationMs} ms`);
    this.#options.disturbed(party.name);
    party.state = 'frozen';
    world.clock.after(world.nature, durationMs, () => {
      if (party.state !== 'frozen') return;
      world.note(`${party.name} thaws`);
      this.#options.disturbed(party.name);
      world.clock.thaw(party, () => this.#random.integer(0, 20));
    });
  }

  /** A second process under the same name, while the first is frozen: the first must go when it thaws. */
  usurp(durationMs: number): void {
    this.freezeFor(durationMs);
    this.#life?.runner.reap();
    if (this.#life) this.#usurped.push(this.#life.party);
    this.#life = null;
    this.start();
  }
}
