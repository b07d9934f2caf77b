/** The coordinator's half of the ping-pong: keeps each agent's mailbox filled and answers at once. */

import type { Channel, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import { unreachable } from '@cleangrid/core/errors.ts';
import {
  type AgentId,
  id,
  type RunId,
  type ScenarioId,
  type Sha256,
  type ShardId,
  type StepId,
} from '@cleangrid/core/ids.ts';
import type { MailboxSender } from '@cleangrid/core/mailboxes.ts';
import type { PlannedScenario, PlannedStep } from '@cleangrid/core/plan.ts';
import type { Epoch, FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import type { CeilingOptions } from './measure-ceiling.ts';

/** Shards that an agent has at once: enough that none ever waits for one. */
const outstandingMax = 100;

interface Player {
  agent: AgentId;
  boot: number;
  channel: Channel<ToAgent>;
  mailbox: string;
  hasBeaten: boolean;
}

export class PingPong {
  readonly #mailboxes: MailboxSender;
  readonly #epoch: Epoch;
  readonly #shardCount: number;
  readonly #scenarioJson: string;
  readonly #players: Player[] = [];
  readonly #done = Promise.withResolvers<void>();
  #awaited = { count: Infinity, resolve: (): void => {} };
  #publishedCount = 0;
  #closedCount = 0;

  constructor(mailboxes: MailboxSender, epoch: Epoch, { stepCount, stepsPerShard }: CeilingOptions) {
    this.#mailboxes = mailboxes;
    this.#epoch = epoch;
    this.#shardCount = stepCount / stepsPerShard;
    this.#scenarioJson = JSON.stringify(scenarioOf(stepsPerShard));
  }

  accept(channel: Channel<ToAgent>): ChannelEvents<FromAgent> {
    let player: Player | null = null;
    return {
      message: (message) => {
        if (message.kind === 'hello')
          void this.#welcome(message, channel).then((welcomed) => (player = welcomed));
        else if (player) this.#answer(player, message);
      },
      closed: () => {},
    };
  }

  /** Until each of them has beaten: then its threads have started, and cost nothing more. */
  connected(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { count, resolve };
      this.#noteBeat();
    });
  }

  /** Resolves when every shard is closed and answered. */
  play(): Promise<void> {
    for (const player of this.#players) {
      for (let free = outstandingMax; free > 0; free--) this.#publishNext(player);
    }
    return this.#done.promise;
  }

  async #welcome(
    { agent, boot }: Extract<FromAgent, { kind: 'hello' }>,
    channel: Channel<ToAgent>,
  ): Promise<Player> {
    const mailbox = await this.#mailboxes.create(agent, boot);
    channel.send({
      kind: 'welcome',
      epoch: this.#epoch,
      mailbox,
      kill: [],
      settings: { beatIntervalMs: 1000 },
    });
    const player = { agent, boot, channel, mailbox, hasBeaten: false };
    this.#players.push(player);
    return player;
  }

  #answer(player: Player, message: Exclude<FromAgent, { kind: 'hello' }>): void {
    const { channel } = player;
    switch (message.kind) {
      case 'accepted':
        channel.send({ kind: 'acceptStored', ref: message.ref, answer: 'stored' });
        return;
      case 'frame':
        channel.send({ kind: 'framesStored', ref: message.ref, seq: message.seq, answer: 'stored' });
        return;
      case 'close':
        channel.send({ kind: 'closeStored', ref: message.ref, answer: 'stored' });
        this.#closedCount += 1;
        if (this.#closedCount === this.#shardCount) this.#done.resolve();
        return this.#publishNext(player);
      case 'started':
      case 'stopped':
      case 'progress':
      case 'preparing':
      case 'pool':
        return;
      case 'beat':
        player.hasBeaten = true;
        return this.#noteBeat();
      default:
        unreachable(message);
    }
  }

  #noteBeat(): void {
    const { count, resolve } = this.#awaited;
    if (this.#players.filter(({ hasBeaten }) => hasBeaten).length >= count) resolve();
  }

  #publishNext({ agent, boot, mailbox }: Player): void {
    if (this.#publishedCount === this.#shardCount) return;
    this.#publishedCount += 1;
    const ref = { run: id<RunId>('ping-pong'), shard: id<ShardId>(`${this.#publishedCount}`), attempt: 1 };
    const suite = id<Sha256>('0'.repeat(64));
    const delivery = {
      ref,
      agent,
      boot,
      publishNumber: 1,
      suite,
      scenarioJson: this.#scenarioJson,
      fresh: false,
      trace: null,
    };
    this.#mailboxes.publish(mailbox, delivery).catch((error: unknown) => this.#done.reject(error));
  }
}

function scenarioOf(stepCount: number): PlannedScenario {
  const source = { file: 'bench.clean.toml', line: 12, column: 3 };
  const step = (index: number): PlannedStep => ({
    id: id<StepId>(`steps.${index}`),
    name: `step ${index}`,
    phase: 'steps',
    in: null,
    command: { kind: 'argv', argv: [['true']] },
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeoutMs: 300_000,
    continueOnFailure: false,
    mergeOutput: false,
    processes: 'none',
    captures: [],
    expect: { exit: { source: null, kind: 'codes', codes: [0] }, stdout: [], stderr: [], duration: [] },
    source,
  });
  return {
    id: id<ScenarioId>('bench.clean.toml/no-op'),
    suite: 0,
    name: 'no-op',
    tags: [],
    services: [],
    image: 'debian:12-slim',
    order: 'sequential',
    timeoutMs: 1_800_000,
    retries: 0,
    pollutionCheck: false,
    spans: null,
    steps: Array.from({ length: stepCount }, (_, index) => step(index)),
    source,
  };
}
