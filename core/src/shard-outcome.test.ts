import { describe, expect, it } from 'vitest';
import { type AgentId, id, type StepId } from './ids.ts';
import type { AttemptClose } from './protocol.ts';
import type { Attempt, Heard, Sender, Shard, ShardEvent } from './shard.ts';
import { closeAttempt } from './shard-outcome.ts';
import { nextShard } from './shard-state.ts';
import { broken, failed, passed, type Verdict } from './verdict.ts';

describe('the close of an attempt at independent steps', () => {
  it('passes a slice whose every step has passed, although the grid broke afterwards', () => {
    const { shard, retried } = closeAttempt(
      slice(),
      close(broken('internal', 'a bug')),
      heard(passed, passed),
    );
    expect(retried).toBeNull();
    expect(shard).toMatchObject({ state: 'closed', outcome: { verdict: passed, rest: null } });
  });

  it('fails a slice that failed as a whole, although every step has passed', () => {
    const exited = failed('service_exited', 'db exited with code 1');
    const { shard } = closeAttempt(slice(), close(exited), heard(passed, passed));
    expect(shard).toMatchObject({ state: 'closed', outcome: { verdict: exited } });
  });

  it('runs again only what the grid broke', () => {
    const lost = broken('container_lost', 'gone');
    const { shard, retried } = closeAttempt(slice(), close(lost), heard(passed, lost));
    expect(retried).toEqual(lost);
    expect(shard).toMatchObject({ state: 'waiting', budgets: { failed: 1, broken: 0 } });
    expect(Object.keys(shard.finals)).toEqual(['steps.0']);
  });
});

describe('the pollution check of independent steps', () => {
  const missed = failed('expectation', 'a row too many');
  const polluted = { ...slice(), budgets: { failed: 0, broken: 1, pollution: 1 } };
  const inUsed = { ...close(missed), reused: true };

  it('runs only what failed once more in fresh containers', () => {
    const { shard, retried } = closeAttempt(polluted, inUsed, heard(passed, missed));
    expect(retried).toEqual(missed);
    expect(shard).toMatchObject({ state: 'waiting', checksPollution: true, budgets: { pollution: 0 } });
    expect(Object.keys(shard.finals)).toEqual(['steps.0']);
  });

  it('takes a second failure for the truth', () => {
    const checked = { ...polluted, checksPollution: true, budgets: { failed: 0, broken: 1, pollution: 0 } };
    const { shard } = closeAttempt(checked, close(missed), heard(passed, missed));
    expect(shard).toMatchObject({ state: 'closed', outcome: { verdict: missed } });
  });
});

describe('the loss of an attempt', () => {
  const by: Sender = { agent: id<AgentId>('agent-1'), boot: 1, attempt: 1 };
  const lost: ShardEvent = {
    kind: 'lost',
    resumable: true,
    dead: false,
    why: 'it fell silent',
    heard: new Map(),
  };

  it('spends a retry of the grid, and gives it back when the attempt is taken up again', () => {
    const waiting = nextShard(slice(), lost).shard;
    expect(waiting).toMatchObject({ state: 'waiting', budgets: { failed: 1, broken: 0 } });
    const resumed = nextShard(waiting, { kind: 'accepted', by }).shard;
    expect(resumed).toMatchObject({ state: 'active', budgets: { failed: 1, broken: 1 } });
  });

  it('gives back nothing that was not spent', () => {
    const attempt = { started: false, phase: { state: 'assigned' } };
    const waiting = nextShard(
      { ...slice(), attempt: { ...slice().attempt, ...attempt } } as Shard,
      lost,
    ).shard;
    const resumed = nextShard(waiting, { kind: 'started', by }).shard;
    expect([waiting.budgets.broken, resumed.budgets.broken]).toEqual([1, 1]);
  });

  it('gives back nothing for a frame that was stored before', () => {
    const waiting = nextShard(slice(), lost).shard;
    expect(nextShard(waiting, { kind: 'frame', by, seq: 1 }).shard.budgets.broken).toBe(0);
  });
});

function slice(): Shard {
  const owner = { agent: id<AgentId>('agent-1'), boot: 1, host: 'host-1' };
  const attempt: Attempt = {
    number: 1,
    owner,
    assignedAtMs: 0,
    publishNumber: 1,
    lastSeq: 1,
    started: true,
    fresh: false,
    phase: { state: 'running' },
  };
  return {
    state: 'active',
    attempt,
    kind: 'slice',
    stepCount: 2,
    budgets: { failed: 1, broken: 1, pollution: 0 },
    checksPollution: false,
    avoidHosts: [],
    cancelling: null,
    earlier: [],
    finals: {},
    failedBefore: [],
  };
}

function heard(...verdicts: Verdict[]): Heard {
  return new Map(verdicts.map((verdict, index) => [id<StepId>(`steps.${index}`), verdict]));
}

function close(verdict: Verdict): AttemptClose {
  return {
    lastSeq: 1,
    verdict,
    durationMs: 1,
    waitedMs: 0,
    reused: false,
    failedChecks: [],
    serviceLogs: [],
  };
}
