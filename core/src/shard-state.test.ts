import { describe, expect, it } from 'vitest';
import {
  agent,
  by,
  close,
  everyMessage,
  heard,
  lostNow,
  noneHeard,
  owner,
  phaseOf,
  running,
  waiting,
} from './fake/shards.ts';
import { type AgentId, id } from './ids.ts';
import type { Shard, ShardEvent } from './shard.ts';
import { fence, nextShard } from './shard-state.ts';
import { broken, cancelled, failed, passed } from './verdict.ts';

describe('an attempt', () => {
  it('goes from assigned to accepted to running to closed', () => {
    let shard = move(waiting(), { kind: 'assign', nowMs: 0, owner });
    expect(phaseOf(shard)).toEqual({ state: 'assigned' });
    shard = move(shard, { kind: 'accepted', by: by(1) });
    expect(phaseOf(shard)).toEqual({ state: 'accepted' });
    shard = move(shard, { kind: 'started', by: by(1) });
    expect(phaseOf(shard)).toEqual({ state: 'running' });
    shard = move(shard, { kind: 'frame', by: by(1), seq: 1 });
    shard = move(shard, close(passed, { lastSeq: 1, heard: heard(passed, passed) }));
    expect(shard).toMatchObject({ state: 'closed', outcome: { verdict: passed, rest: null, results: 1 } });
  });

  it('is resumed after its loss as long as no newer one was opened', () => {
    const lost = move(running({ broken: 1 }), lostNow);
    expect(lost.state).toBe('waiting');
    const resumed = move(lost, { kind: 'accepted', by: by(1) });
    expect(resumed).toMatchObject({ state: 'active', attempt: { number: 1, phase: { state: 'running' } } });
  });

  it('closes late after its loss', () => {
    const lost = move(running({ broken: 1 }), lostNow);
    const closed = move(lost, close(passed, { heard: heard(passed, passed) }));
    expect(closed).toMatchObject({ state: 'closed', outcome: { verdict: passed } });
  });

  it('is superseded by a newer one, and what it says then is stale', () => {
    const second = move(move(running({ broken: 1 }), lostNow), {
      kind: 'assign',
      nowMs: 0,
      owner: { ...owner, boot: 8 },
    });
    expect(second.earlier).toMatchObject([{ attempt: 1, state: 'superseded', verdict: null }]);
    for (const event of everyMessage(by(1))) {
      const moved = nextShard(second, event);
      expect([moved.answer, moved.shard]).toEqual(['stale', second]);
    }
  });

  it('is not resumed when it was given up for good', () => {
    const lost = move(running(), { ...lostNow, resumable: false });
    expect(fence(lost, by(1))).toBe('stale');
  });
});

describe('the fence', () => {
  it('answers a repeated frame or close of a closed attempt as stored, without effect', () => {
    const closed = move(running(), close(passed, { heard: heard(passed, passed) }));
    for (const event of everyMessage(by(1))) {
      const moved = nextShard(closed, event);
      expect([moved.answer, moved.shard]).toEqual(['repeated', closed]);
    }
  });

  it('answers the same for a closed attempt when a newer one runs', () => {
    const retried = move(running({ failed: 1 }), close(failed('expectation', 'no')));
    const second = move(retried, { kind: 'assign', nowMs: 0, owner: { ...owner, boot: 8 } });
    expect(fence(second, by(1))).toBe('repeated');
  });

  it.each([
    { agent: id<AgentId>('agent-2'), boot: 7, attempt: 1 },
    { agent, boot: 6, attempt: 1 },
    { agent, boot: 7, attempt: 0 },
    { agent, boot: 7, attempt: 2 },
  ])('refuses %j', (sender) => {
    for (const event of everyMessage(sender)) expect(nextShard(running(), event).answer).toBe('stale');
  });

  it('wants the frame before the next one, and all of them before a close', () => {
    expect(nextShard(running(), { kind: 'frame', by: by(1), seq: 2 }).answer).toBe('gap');
    expect(nextShard(running(), close(passed, { lastSeq: 1 })).answer).toBe('gap');
  });
});

describe('budgets', () => {
  it('end a shard as failed when its retries are spent, and say that it is flaky when the last one passes', () => {
    const first = nextShard(
      running({ failed: 1 }),
      close(failed('expectation', 'no'), { heard: heard(failed('expectation', 'no')) }),
    );
    expect(first.retried).toMatchObject({ outcome: 'failed' });
    const second = move(move(first.shard, { kind: 'assign', nowMs: 0, owner }), {
      kind: 'started',
      by: by(2),
    });
    const again = move(second, close(failed('expectation', 'no'), { attempt: 2 }));
    expect(again).toMatchObject({
      state: 'closed',
      outcome: { verdict: { outcome: 'failed' }, flaky: false },
    });
    const better = move(second, close(passed, { attempt: 2, heard: heard(passed, passed) }));
    expect(better).toMatchObject({
      state: 'closed',
      outcome: { verdict: passed, flaky: true, steps: { passed: 2, flaky: 1 } },
    });
  });

  it('of the grid are not spent by a failure, and the other way round', () => {
    const afterFailure = move(running({ failed: 1, broken: 1 }), close(failed('expectation', 'no')));
    expect(afterFailure.budgets).toEqual({ failed: 0, broken: 1, pollution: 0 });
    const afterFault = move(running({ failed: 1, broken: 1 }), close(broken('disk_full', 'no space')));
    expect(afterFault.budgets).toEqual({ failed: 1, broken: 0, pollution: 0 });
    expect(afterFault.avoidHosts).toEqual(['host-1']);
  });

  it('are spent by the loss of a running attempt, not by that of one that had not started', () => {
    const started = nextShard(running({ broken: 1 }), lostNow);
    expect(started.shard.budgets.broken).toBe(0);
    expect(started.retried).toMatchObject({ outcome: 'broken', reason: 'agent_lost' });
    const assigned = nextShard(move(waiting({ broken: 0 }), { kind: 'assign', nowMs: 0, owner }), lostNow);
    expect(assigned).toMatchObject({ retried: null, shard: { state: 'waiting', avoidHosts: ['host-1'] } });
  });

  it('end a shard that kills its hosts as broken, and name the hosts', () => {
    const shard: Shard = { ...running({ broken: 0 }), avoidHosts: ['host-9'] };
    const { shard: closed } = nextShard(shard, lostNow);
    expect(closed).toMatchObject({
      state: 'closed',
      outcome: {
        verdict: { outcome: 'broken', message: 'gone (lost on host-9, host-1)' },
        steps: { broken: 2 },
      },
    });
  });
});

describe('the pollution check', () => {
  const missed = failed('expectation', 'a row too many');
  const inUsed = close(missed, { reused: true, heard: heard(missed) });
  const check = move(running({ pollution: 1, failed: 1, broken: 1 }), inUsed);
  const checking = move(move(check, { kind: 'assign', nowMs: 0, owner }), { kind: 'started', by: by(2) });

  it('runs what failed in used containers once more in fresh ones, on a budget of its own', () => {
    expect(check).toMatchObject({ state: 'waiting', budgets: { failed: 1, broken: 1, pollution: 0 } });
    expect(checking.attempt).toMatchObject({ number: 2, fresh: true });
    expect(checking.earlier).toMatchObject([{ attempt: 1, fresh: false, verdict: missed }]);
  });

  it('passes what passes in fresh containers', () => {
    const closed = move(checking, close(passed, { attempt: 2, heard: heard(passed, passed) }));
    expect(closed).toMatchObject({ state: 'closed', outcome: { verdict: passed, flaky: true } });
  });

  it('leaves what fails in fresh containers to the retries, which need none', () => {
    const retried = move(checking, close(missed, { attempt: 2, heard: heard(missed) }));
    expect(retried).toMatchObject({ state: 'waiting', budgets: { failed: 0, pollution: 0 } });
    const third = move(retried, { kind: 'assign', nowMs: 0, owner });
    expect(third.attempt?.fresh).toBe(false);
    const started = move(third, { kind: 'started', by: by(3) });
    const last = close(missed, { attempt: 3, reused: true, heard: heard(missed) });
    expect(move(started, last)).toMatchObject({ state: 'closed', outcome: { verdict: missed } });
  });

  it.each([
    ['breaks', close(broken('disk_full', 'no space'), { attempt: 2 })],
    ['is lost', lostNow],
  ])('is made again in fresh containers when it %s', (_what, event) => {
    const again = move(move(checking, event), { kind: 'assign', nowMs: 0, owner });
    expect(again).toMatchObject({ attempt: { number: 3, fresh: true }, budgets: { failed: 1, broken: 0 } });
  });

  it('is for failures in used containers, and for scenarios that want it', () => {
    const inFresh = close(missed, { reused: false, heard: heard(missed) });
    expect(move(running({ pollution: 1 }), inFresh)).toMatchObject({ outcome: { verdict: missed } });
    expect(move(running(), inUsed)).toMatchObject({ outcome: { verdict: missed } });
    const fault = close(broken('disk_full', 'no space'), { reused: true });
    const broke = move(running({ pollution: 1, broken: 1 }), fault);
    expect(broke).toMatchObject({ budgets: { broken: 0, pollution: 1 }, checksPollution: false });
  });
});

describe('a close', () => {
  it('blames the step that kills its executor a second time', () => {
    const killed = close(broken('executor_killed', 'kill -9 -1'));
    const once = move(running({ broken: 2 }), killed);
    expect(once.state).toBe('waiting');
    const again = move(once, { kind: 'assign', nowMs: 0, owner });
    const twice = move(again, { ...killed, by: by(2) });
    expect(twice).toMatchObject({
      state: 'closed',
      outcome: { verdict: { outcome: 'failed', reason: 'kills_executor' } },
    });
  });

  it('does not pass when a step has no result', () => {
    const closed = move(running(), close(passed, { heard: heard(passed) }));
    expect(closed).toMatchObject({
      outcome: { verdict: { outcome: 'broken', reason: 'internal' }, steps: { passed: 1, broken: 1 } },
    });
  });

  it('does not pass when a step did not', () => {
    const closed = move(running(), close(passed, { heard: heard(passed, failed('timeout', 'slow')) }));
    expect(closed).toMatchObject({ outcome: { verdict: { outcome: 'failed', reason: 'timeout' } } });
  });

  it('skips the steps that a failed attempt did not reach', () => {
    const closed = move(
      running(),
      close(failed('expectation', 'no'), { heard: heard(failed('expectation', 'no')) }),
    );
    expect(closed).toMatchObject({
      outcome: { steps: { failed: 1, skipped: 1 }, rest: { outcome: 'skipped', reason: 'not_reached' } },
    });
  });

  it('that nobody asked to be cancelled is the fault of the grid', () => {
    const moved = nextShard(running({ broken: 1 }), close(cancelled('signal', 'shutting down')));
    expect(moved).toMatchObject({
      retried: { outcome: 'broken', reason: 'agent_lost' },
      shard: { state: 'waiting' },
    });
  });
});

describe('a cancel', () => {
  it('closes at once what never ran', () => {
    const closed = move(waiting(), { kind: 'cancel', message: 'Ctrl-C' });
    expect(closed).toMatchObject({
      state: 'closed',
      outcome: { verdict: cancelled('user', 'Ctrl-C'), steps: { cancelled: 2 } },
    });
  });

  it('waits for the proof of death, keeps what was heard before, and cancels the rest', () => {
    const cancelling = move(running(), { kind: 'cancel', message: 'Ctrl-C' });
    expect(cancelling.state).toBe('active');
    const half = heard(passed);
    expect(move(cancelling, { kind: 'stopped', by: by(1), survivors: 1, heard: half }).state).toBe('active');
    const stopped = move(cancelling, { kind: 'stopped', by: by(1), survivors: 0, heard: half });
    expect(stopped).toMatchObject({ state: 'closed', outcome: { steps: { passed: 1, cancelled: 1 } } });
  });

  it('keeps what the attempt said of itself until its death is proved', () => {
    const cancelling = move(running(), { kind: 'cancel', message: 'Ctrl-C' });
    const ended = move(cancelling, close(cancelled('user', 'Ctrl-C')));
    expect(ended.state).toBe('active');
    const stopped = move(ended, { kind: 'stopped', by: by(1), survivors: 0, heard: noneHeard });
    expect(stopped).toMatchObject({ state: 'closed', outcome: { durationMs: 5, waitedMs: 1 } });
    expect(stopped.attempt?.phase).toEqual({ state: 'closed', verdict: cancelled('user', 'Ctrl-C') });
  });

  it('says where a death could not be proved, with what the attempt said of itself', () => {
    const cancelling = move(running(), { kind: 'cancel', message: 'Ctrl-C' });
    const verdict = { outcome: 'cancelled', reason: 'death_unproven' };
    expect(move(cancelling, { kind: 'unproven', heard: noneHeard })).toMatchObject({ outcome: { verdict } });
    const ended = move(cancelling, close(cancelled('user', 'Ctrl-C')));
    const unproven = move(ended, { kind: 'unproven', heard: noneHeard });
    expect(unproven).toMatchObject({ outcome: { verdict, durationMs: 5, waitedMs: 1 } });
  });

  it('wants the proof also of what was lost and may still run', () => {
    const lost = move(running({ broken: 1 }), lostNow);
    expect(move(lost, { kind: 'cancel', message: 'Ctrl-C' }).state).toBe('active');
    const dead = move(running({ broken: 1 }), { ...lostNow, dead: true });
    expect(move(dead, { kind: 'cancel', message: 'Ctrl-C' }).state).toBe('closed');
  });

  it('lets an attempt that ended by itself keep its verdict', () => {
    const cancelling = move(running(), { kind: 'cancel', message: 'Ctrl-C' });
    const closed = move(cancelling, close(passed, { heard: heard(passed, passed) }));
    expect(closed).toMatchObject({ state: 'closed', outcome: { verdict: passed } });
  });

  it('never lets a shard wait again', () => {
    const cancelling = move(running({ failed: 3, broken: 3 }), { kind: 'cancel', message: 'Ctrl-C' });
    expect(move(cancelling, close(failed('expectation', 'no'))).state).toBe('closed');
    expect(move(cancelling, lostNow).state).toBe('active');
    expect(move(cancelling, { ...lostNow, dead: true }).state).toBe('closed');
  });
});

function move(shard: Shard, event: ShardEvent): Shard {
  const moved = nextShard(shard, event);
  expect(moved.answer).toBe('stored');
  return moved.shard;
}
