/** The coordinator's entry: the same code serves one process and the grid. It alone decides and stores; see `docs/protocol.md`. */

import type { AcceptAgent } from '@cleangrid/core/agent-link.ts';
import type { Clock, Ids } from '@cleangrid/core/clock.ts';
import { type GridId, type RunId, id } from '@cleangrid/core/ids.ts';
import {
  gridIdLength,
  recentBriefStepsMax,
  recentClosedMax,
  recentFrameBytesMax,
} from '@cleangrid/core/limits.ts';
import type { MailboxSender } from '@cleangrid/core/mailboxes.ts';
import { type Meter, noMeter } from '@cleangrid/core/metrics/meter.ts';
import type { RunService } from '@cleangrid/core/run-service.ts';
import type { BlobStore } from '@cleangrid/core/workspace.ts';
import type { Logger } from 'pino';
import { acceptAgent } from './accept-agent.ts';
import { beginMailboxes } from './begin-epoch.ts';
import { cancelRun } from './cancel-run.ts';
import { describeAgents } from './describe-agents.ts';
import { type Decide, EventLoop } from './event-loop.ts';
import type { Grid } from './grid.ts';
import { knownRun } from './known-run.ts';
import { observeGrid } from './observe-grid.ts';
import { readScenario, runRecord } from './read-scenario.ts';
import { Recent } from './recent.ts';
import { readSpans } from './trace/read-spans.ts';
import { recover, resumeRuns } from './recover.ts';
import type { RunStore, StoredRun } from './run-store.ts';
import { withStepBriefs } from './step-briefs.ts';
import { submitRun } from './submit-run.ts';
import { startTicking } from './tick.ts';
import { forwardSpans } from './trace/forward-spans.ts';
import type { OtlpSink } from './trace/otlp-sink.ts';
import { watchRun } from './watch-run.ts';
import { Watchers } from './watchers.ts';

export interface CoordinatorParts {
  /** Opened and locked by the caller, who also closes it, after `close()`. */
  store: RunStore;
  mailboxes: MailboxSender;
  blobs: BlobStore;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  /** Where spans go; it is closed with the coordinator. Without one they are only kept. */
  spanSink?: OtlpSink | null;
  meter?: Meter;
  /** Where traces can be looked at; each run remembers it. */
  traceUrl?: string | null;
}

export interface Coordinator {
  runs: RunService;
  accept: AcceptAgent;
  /** Why it can take nothing in now, one line for people; null when it can. */
  whyNotReady(): string | null;
  /** Stores what has arrived, ends watches, closes every channel. Runs stay as they are in the store. */
  close(): Promise<void>;
}

/** Begins a new epoch of the store's grid and takes up what was left unfinished. Rejects as the store and the mailboxes do. */
export async function openCoordinator(parts: CoordinatorParts): Promise<Coordinator> {
  const grid = openGrid(parts);
  const loop = new EventLoop(grid);
  recover(grid);
  await beginMailboxes(grid, loop);
  resumeRuns(grid, loop);
  const stopTicking = startTicking(grid, loop);
  const { store, clock, logger, spanSink: sink } = parts;
  const commit = (decide: Decide): Promise<void> => loop.request(decide);
  const { meter } = grid;
  const forwarder = sink && forwardSpans({ store, commit, sink, clock, logger, meter });
  observeGrid(grid);
  return {
    runs: runService(grid, loop),
    accept: acceptAgent(grid, loop),
    whyNotReady: () => {
      if (!loop.isUp) return 'the run store does not work';
      return grid.isRenewing ? 'NATS does not work' : null;
    },
    close: async () => {
      await forwarder?.close();
      stopTicking();
      loop.close();
      grid.watchers.close();
      for (const connection of grid.connections) connection.channel.close('the coordinator is closing');
    },
  };
}

function openGrid(parts: CoordinatorParts): Grid {
  const newGrid = id<GridId>(parts.ids.random(gridIdLength));
  const epoch = parts.store.transaction((writes) => writes.beginEpoch(newGrid));
  parts.logger.info({ grid: epoch.grid, epoch: epoch.number }, 'coordinator opened');
  return {
    ...parts,
    meter: parts.meter ?? noMeter,
    traceUrl: parts.traceUrl ?? null,
    epoch,
    mailboxesBegun: Promise.resolve(),
    isRenewing: false,
    isLostAgain: false,
    watchers: new Watchers(),
    connections: new Set(),
    agents: new Map(),
    runs: new Map(),
    active: new Map(),
    discarded: new Set(),
    recentHeads: new Recent(recentBriefStepsMax),
    recentBriefs: new Recent(recentBriefStepsMax),
    recentClosed: new Recent(recentClosedMax),
    recentFrames: new Recent(recentFrameBytesMax),
    lastTickMs: parts.clock.monotonicMs(),
    isPruneDue: true,
  };
}

function runService(grid: Grid, loop: EventLoop): RunService {
  const { store } = grid;
  const find = (run: RunId): StoredRun => knownRun(store, run);
  return {
    submit: (submission) => submitRun(grid, loop, submission),
    watch: (run, wanted, signal) => watchRun(grid, run, { ...wanted, signal }),
    cancel: async (run, message) => {
      find(run);
      await loop.request((turn) => {
        const active = turn.grid.runs.get(run);
        if (active) cancelRun(turn, loop, { run: active, message });
      });
    },
    agents: async () => describeAgents(grid),
    list: async (limit) => store.runs(limit).map(runRecord),
    get: async (run) => runRecord(find(run)),
    async *scenarios(run) {
      const record = find(run);
      const reads = withStepBriefs(store);
      for (let scenario = 0; scenario < record.scenarioCount; scenario += 1) {
        // It may have been pruned since the last one was taken.
        find(run);
        yield readScenario(reads, record, scenario);
      }
    },
    async *spans(run, scenario) {
      for (const spans of readSpans(store.spans, find(run), scenario)) {
        find(run);
        yield spans;
      }
    },
  };
}
