/**
 * A coordinator that only passes messages on: what a client submits goes to an agent at once, every answer is given at once, and what an agent says
 * goes to whoever watches. No scheduling, no store, no fence.
 */

import type { Channel, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import { unreachable } from '@cleangrid/core/errors.ts';
import { type AgentId, id, type RunId, type Sha256, type ShardId } from '@cleangrid/core/ids.ts';
import type { MailboxSender } from '@cleangrid/core/mailboxes.ts';
import type { AttemptRef, Epoch, FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import type { AgentRecord, RunRecord, RunService, Submission } from '@cleangrid/core/run-service.ts';
import { version } from '@cleangrid/core/version.ts';
import { RelayedRun } from './relayed-run.ts';

/** Shards that an agent has at once: enough that none ever waits for one. */
const outstandingMax = 250;

interface Player {
  agent: AgentId;
  boot: number;
  host: string;
  channel: Channel<ToAgent>;
  mailbox: string;
  /** Shards that it may still be given. */
  free: number;
}

export class PingPong {
  readonly #mailboxes: MailboxSender;
  readonly #epoch: Epoch;
  readonly #players: Player[] = [];
  #run: RelayedRun | null = null;

  constructor(mailboxes: MailboxSender, epoch: Epoch) {
    this.#mailboxes = mailboxes;
    this.#epoch = epoch;
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

  /** Of one run. What it does not serve throws. */
  runs(refused: RunService): RunService {
    return {
      ...refused,
      agents: async () => this.#players.map(agentRecord),
      list: async () => (this.#run ? [this.#run.record] : []) satisfies RunRecord[],
      submit: (submission) => this.#submit(submission),
      watch: (run) => this.#known(run).watch(),
    };
  }

  async #submit({ run, suites: [suite], scenarios }: Submission): Promise<void> {
    this.#run = new RelayedRun(run, suite?.name ?? '');
    for await (const chunk of scenarios) {
      await this.#run.take(chunk);
      this.#feed(this.#run);
    }
    this.#run.endPlan();
  }

  #known(run: RunId): RelayedRun {
    if (this.#run?.record.run === run) return this.#run;
    throw new Error(`no run ${run}`);
  }

  async #welcome(
    { agent, boot, host }: Extract<FromAgent, { kind: 'hello' }>,
    channel: Channel<ToAgent>,
  ): Promise<Player> {
    const mailbox = await this.#mailboxes.create(agent, boot);
    const settings = { beatIntervalMs: 1000 };
    channel.send({ kind: 'welcome', epoch: this.#epoch, mailbox, kill: [], settings });
    const player = { agent, boot, host, channel, mailbox, free: outstandingMax };
    this.#players.push(player);
    return player;
  }

  #answer(player: Player, message: Exclude<FromAgent, { kind: 'hello' }>): void {
    const { channel } = player;
    switch (message.kind) {
      case 'accepted':
        channel.send({ kind: 'acceptStored', ref: message.ref, answer: 'stored' });
        return;
      case 'started':
        return this.#of(message.ref).started(message.ref, player);
      case 'frame':
        channel.send({ kind: 'framesStored', ref: message.ref, seq: message.seq, answer: 'stored' });
        return this.#of(message.ref).reported(message);
      case 'close': {
        channel.send({ kind: 'closeStored', ref: message.ref, answer: 'stored' });
        const run = this.#of(message.ref);
        run.closed(message, player);
        player.free += 1;
        return this.#feed(run);
      }
      case 'stopped':
      case 'progress':
      case 'preparing':
      case 'pool':
      case 'beat':
        return;
      default:
        unreachable(message);
    }
  }

  #of({ run }: AttemptRef): RelayedRun {
    return this.#known(run);
  }

  #feed(run: RelayedRun): void {
    for (;;) {
      const [freest] = this.#players.toSorted((one, other) => other.free - one.free);
      if (!freest || freest.free === 0) return;
      const next = run.next();
      if (!next) return;
      freest.free -= 1;
      this.#publish(freest, { run: run.record.run, shard: next.shard, attempt: 1 }, next.json);
    }
  }

  #publish(
    { agent, boot, mailbox }: Player,
    ref: AttemptRef & { shard: ShardId },
    scenarioJson: string,
  ): void {
    const suite = id<Sha256>('0'.repeat(64));
    const delivery = { ref, agent, boot, publishNumber: 1, suite, scenarioJson, fresh: false, trace: null };
    this.#mailboxes.publish(mailbox, delivery).catch((error: unknown) => {
      throw error;
    });
  }
}

function agentRecord({ agent, host }: Player): AgentRecord {
  return {
    agent,
    host,
    state: 'ready',
    slots: 4,
    held: 0,
    running: 0,
    runs: [],
    executor: 'none',
    version,
    pool: [],
  };
}
