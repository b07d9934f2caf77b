/** For tests of the agent: a coordinator that the test speaks for, one agent, and attempts that do what the test says. */

import { FakeClock, Party } from '@cleangrid/core/fake-clock.ts';
import {
  type AgentId,
  type GridId,
  id,
  type RunId,
  type ScenarioId,
  type ShardId,
  type Sha256,
  type StepId,
} from '@cleangrid/core/ids.ts';
import { inProcessLink } from '@cleangrid/core/in-process-link.ts';
import { MemoryMailboxes } from '@cleangrid/core/memory-mailboxes.ts';
import {
  type AttemptRef,
  type Delivery,
  type FromAgent,
  packed,
  type ToAgent,
} from '@cleangrid/core/protocol.ts';
import type { Channel } from '@cleangrid/core/agent-link.ts';
import { noOutput, type StepResult } from '@cleangrid/core/result.ts';
import { passed } from '@cleangrid/core/verdict.ts';
import pino from 'pino';
import { type RunningAgent, startAgent } from './agent.ts';
import type { AttemptReport, AttemptRunner } from './attempt-runner.ts';

export const agentId: AgentId = id<AgentId>('agent-1');
export const gridId: GridId = id<GridId>('grid-1');
export const boot = 7;

type Hello = Extract<FromAgent, { kind: 'hello' }>;
type Of<Kind extends FromAgent['kind']> = Extract<FromAgent, { kind: Kind }>;

interface ScriptedRun {
  shard: string;
  report: AttemptReport;
  signal: AbortSignal;
  end: PromiseWithResolvers<void>;
}

export class ScriptedGrid implements AttemptRunner {
  readonly dialedAtMs: number[] = [];
  readonly runs: string[] = [];
  readonly agent: RunningAgent;
  refuseDials = false;
  /** The coordinator reads nothing. */
  hold = false;
  closedCount = 0;
  readonly #clock: FakeClock;
  readonly #party = new Party('all');
  readonly #mailboxes: MemoryMailboxes;
  readonly #live = new Map<string, ScriptedRun>();
  #messages: FromAgent[] = [];
  #seen: FromAgent['kind'][] = [];
  #channel: Channel<ToAgent> | null = null;
  #mailbox = '';
  #held: (() => void)[] = [];

  constructor() {
    this.#clock = new FakeClock({
      random: () => 0,
      crashed: (_, error) => {
        throw error;
      },
    });
    const clock = this.#clock.of(this.#party);
    const defer = this.#clock.deferOf(this.#party);
    this.#mailboxes = new MemoryMailboxes(defer);
    const link = inProcessLink(
      (channel) => {
        this.#channel = channel;
        if (this.refuseDials) channel.close('not now');
        return {
          message: (message) => {
            this.#messages.push(message);
            this.#seen.push(message.kind);
          },
          closed: () => {
            this.closedCount += 1;
          },
        };
      },
      (task) => defer(() => (this.hold ? void this.#held.push(task) : task())),
    );
    this.agent = startAgent({
      agent: agentId,
      boot,
      host: 'host-1',
      slots: 2,
      executor: 'none',
      version: '1.0.0',
      dialer: {
        dial: (events) => {
          this.dialedAtMs.push(this.#clock.nowMs);
          return link.dial(events);
        },
      },
      mailboxes: this.#mailboxes,
      runner: this,
      pool: () => [],
      clock,
      logger: pino({ level: 'silent' }),
    });
  }

  async run(
    delivery: Delivery,
    report: AttemptReport,
    signal: AbortSignal,
  ): ReturnType<AttemptRunner['run']> {
    const { shard } = delivery.ref;
    const end = Promise.withResolvers<void>();
    this.runs.push(shard);
    this.#live.set(shard, { shard, report, signal, end });
    report.started();
    await end.promise.finally(() => this.#live.delete(shard));
    return { verdict: passed, durationMs: 1, waitedMs: 0, reused: false, failedChecks: [], serviceLogs: [] };
  }

  get running(): string[] {
    return [...this.#live.keys()];
  }

  get aborted(): string[] {
    return [...this.#live.values()].filter(({ signal }) => signal.aborted).map(({ shard }) => shard);
  }

  async pass(durationMs: number): Promise<void> {
    const untilMs = this.#clock.nowMs + durationMs;
    let over = false;
    this.#clock.after(this.#party, durationMs, () => {
      over = true;
    });
    if (!this.hold) for (const task of this.#held.splice(0)) task();
    await this.#clock.run(() => over, untilMs);
  }

  /** The next message of this kind; the ones before it are skipped. */
  async next<Kind extends FromAgent['kind']>(kind: Kind): Promise<Of<Kind>> {
    const isIt = (message: FromAgent): message is Of<Kind> => message.kind === kind;
    await this.#clock.run(() => this.#messages.some(isIt), this.#clock.nowMs + 5000);
    const found = this.#messages.find(isIt);
    if (!found)
      throw new Error(`no ${kind} came, but ${this.#messages.map((message) => message.kind).join(' ')}`);
    this.#messages = this.#messages.slice(this.#messages.indexOf(found) + 1);
    return found;
  }

  /** Those of this kind that came since the last look. */
  all<Kind extends FromAgent['kind']>(kind: Kind): Of<Kind>[] {
    const found = this.#messages.filter((message): message is Of<Kind> => message.kind === kind);
    this.#messages = this.#messages.filter((message) => message.kind !== kind);
    return found;
  }

  kinds(): FromAgent['kind'][] {
    return this.#seen;
  }

  hello(): Promise<Hello> {
    return this.next('hello');
  }

  say(message: ToAgent): void {
    this.#channel?.send(message);
  }

  cut(): this {
    this.#messages = [];
    this.#channel?.close('cut');
    return this;
  }

  async welcome(overrides: Partial<Extract<ToAgent, { kind: 'welcome' }>> = {}): Promise<void> {
    this.#mailbox = await this.#mailboxes.create(agentId, boot);
    await this.#clock.run(() => this.#seen.length > 0, this.#clock.nowMs + 100);
    const settings = { beatIntervalMs: 1000 };
    this.say({
      kind: 'welcome',
      epoch: { grid: gridId, number: 1 },
      mailbox: this.#mailbox,
      kill: [],
      settings,
      ...overrides,
    });
    await this.pass(1);
  }

  async deliver(shard: string, overrides: Partial<Delivery> = {}): Promise<void> {
    await this.#mailboxes.publish(this.#mailbox, packed({ ...delivery(shard), ...overrides }));
    await this.pass(1);
  }

  async accept(shard: string): Promise<void> {
    await this.next('accepted');
    this.say({ kind: 'acceptStored', ref: refOf(shard), answer: 'stored' });
    await this.pass(1);
  }

  async start(shard: string): Promise<void> {
    await this.deliver(shard);
    await this.accept(shard);
  }

  report(shard: string, step: string, output = ''): void | Promise<void> {
    return this.#run(shard).report.stepFinished(result(step, output));
  }

  end(shard: string): void {
    this.#run(shard).end.resolve();
  }

  crash(shard: string): void {
    this.#run(shard).end.reject(new Error('a bug'));
  }

  async finish(shard: string): Promise<void> {
    this.end(shard);
    await this.next('close');
    this.say({ kind: 'closeStored', ref: refOf(shard), answer: 'stored' });
    await this.pass(1);
  }

  async leftInMailbox(): Promise<string[]> {
    const left: string[] = [];
    await this.pass(1);
    this.#mailboxes.open(this.#mailbox, ({ delivery }) => left.push(delivery.ref.shard));
    await this.pass(1);
    return left;
  }

  #run(shard: string): ScriptedRun {
    const run = this.#live.get(shard);
    if (!run) throw new Error(`${shard} does not run`);
    return run;
  }
}

export function refOf(shard: string): AttemptRef {
  return { run: id<RunId>('run'), shard: id<ShardId>(shard), attempt: 1 };
}

function delivery(shard: string): Delivery {
  return {
    ref: refOf(shard),
    agent: agentId,
    boot,
    publishNumber: 1,
    suite: id<Sha256>('00'),
    fresh: false,
    trace: null,
    scenario: {
      id: id<ScenarioId>(shard),
      suite: 0,
      name: shard,
      tags: [],
      services: [],
      image: null,
      order: 'sequential',
      timeoutMs: 1000,
      retries: 0,
      pollutionCheck: false,
      spans: null,
      steps: [],
      source: { file: 'a.toml', line: 1, column: 1 },
    },
  };
}

function result(step: string, output: string): StepResult {
  return {
    step: id<StepId>(step),
    verdict: passed,
    startedAtMs: null,
    durationMs: 1,
    exit: null,
    failedChecks: [],
    stdout: { ...noOutput, head: output },
    stderr: noOutput,
    where: null,
    evidence: null,
  };
}
