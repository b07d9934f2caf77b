/** What the coordinator's single writer holds in memory: a bounded part of what the store holds, made from it at any time. */

import type { Channel } from '@cleangrid/core/agent-link.ts';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import type { AgentId, RunId, ShardId, StepId } from '@cleangrid/core/ids.ts';
import type { MailboxSender } from '@cleangrid/core/mailboxes.ts';
import type { Meter } from '@cleangrid/core/metrics/meter.ts';
import type { AttemptRef, Epoch, PoolCount, ToAgent } from '@cleangrid/core/protocol.ts';
import type { ExecutorKind, StepResult } from '@cleangrid/core/result.ts';
import type { Shard } from '@cleangrid/core/shard.ts';
import type { ShardPlace } from '@cleangrid/core/shard-plan.ts';
import type { Verdict } from '@cleangrid/core/verdict.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import type { HostTrouble } from './host-trouble.ts';
import type { Recent } from './recent.ts';
import type { RunStore, StoredRun, StoredShard } from './run-store.ts';
import type { ShardHead } from './shard-head.ts';
import type { StepBriefs } from './step-briefs.ts';
import type { WaitingWindow } from './waiting-window.ts';
import type { Watchers } from './watchers.ts';

export interface Grid {
  readonly store: RunStore;
  readonly mailboxes: MailboxSender;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Where traces can be looked at; null: nobody said. */
  readonly traceUrl: string | null;
  epoch: Epoch;
  /** Resolves when mailboxes of the present epoch can be made; never rejects. */
  mailboxesBegun: Promise<void>;
  isRenewing: boolean;
  /** Also the mailboxes of the epoch that is just beginning. */
  isLostAgain: boolean;
  readonly watchers: Watchers;
  readonly connections: Set<Connection>;
  /** Every agent that is not lost. */
  readonly agents: Map<AgentId, Agent>;
  /** Unfinished runs, oldest first. */
  readonly runs: Map<RunId, ActiveRun>;
  /** Active shards by `shardKey`, and whatever else the present turn touches. */
  readonly active: Map<string, ActiveShard>;
  /** Mailboxes that nobody reads any more and that are not yet known to be removed. */
  readonly discarded: Set<string>;
  /** Bounded by steps; of shards that run, or that somebody asked for. */
  readonly recentHeads: Recent<ShardHead>;
  /** As the one before; only of runs that somebody watches. */
  readonly recentBriefs: Recent<StepBriefs>;
  /** Scenarios of one shard, bounded by their number; only of runs that somebody watches. */
  readonly recentClosed: Recent<StoredShard>;
  /** Bounded by bytes; only of runs that somebody watches. */
  readonly recentFrames: Recent<StepResult[]>;
  lastTickMs: number;
  isPruneDue: boolean;
}

/** One life of an agent; a newer one is another object. Times are monotonic. */
export interface Agent {
  readonly agent: AgentId;
  readonly boot: number;
  host: string;
  slots: number;
  /** Null until its hello to this coordinator, like the version. */
  executor: ExecutorKind | null;
  version: string | null;
  /** As it told last. */
  pool: PoolCount[];
  link: AgentLinkState;
  lastBeatMs: number;
  /** Its attempts that are assigned, accepted or running. */
  readonly held: Set<ActiveShard>;
  /** Attempts whose death it has not proved; while there are any it gets no work. */
  unproven: AttemptRef[];
  /** Its last attempts ended because its host cannot run anything; null: none of that is known. */
  trouble: HostTrouble | null;
}

/**
 * ```
 * absent ──hello──▶ welcoming ──mailbox made──▶ ready
 *    ▲                  │                         │
 *    └─────closed───────┴──────────closed─────────┘
 * ```
 * From any of them to lost, which is to be in the map no more.
 */
export type AgentLinkState =
  | { state: 'absent'; untilMs: number }
  | { state: 'welcoming'; connection: Connection }
  | { state: 'ready'; connection: Connection; mailbox: string; sinceMs: number };

export interface Connection {
  readonly channel: Channel<ToAgent>;
  /** Known after its hello. */
  said: { agent: AgentId; boot: number; number: number } | null;
}

export interface ActiveRun {
  record: StoredRun;
  readonly waiting: WaitingWindow;
  /** What shards really took, divided by what was expected. */
  pace: number;
  /** When its plan last grew. */
  lastChunkMs: number;
  /** Since when nothing could run although shards wait; null: work goes on. */
  stuckSinceMs: number | null;
}

export interface ActiveShard {
  readonly run: ActiveRun;
  readonly place: ShardPlace;
  readonly expectedMs: number;
  shard: Shard;
  /** Read from the store when first needed. */
  head: ShardHead | null;
  /** Verdicts of the newest attempt. Read from the store when first needed. */
  heard: Map<StepId, Verdict> | null;
  /** When the newest attempt was last published, was first known to run, and when its cancel began. */
  publishedMs: number;
  publishes: number;
  startedMs: number;
  cancelledMs: number;
}

export function shardKey(run: RunId, shard: ShardId): string {
  return `${run} ${shard}`;
}

export function isLive(shard: Shard): boolean {
  const state = shard.attempt?.phase.state;
  return shard.state === 'active' && state !== 'closed' && state !== 'lost';
}
