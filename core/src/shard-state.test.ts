import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgentId, id, type StepId } from './ids.ts';
import type { AttemptClose } from './protocol.ts';
import type { AttemptPhase, Heard, Sender, Shard, ShardEvent } from './shard.ts';
import { fence, nextShard } from './shard-state.ts';
import { broken, cancelled, failed, passed, type Verdict } from './verdict.ts';

const agent = id<AgentId>('agent-1');
const owner = { agent, boot: 7, host: 'host-1' };
const noneHeard: Heard = new Map();
const lostNow = { kind: 'lost', resumable: true, dead: false, why: 'gone', heard: noneHeard } as const;

describe('an attempt', () => {
  it('goes from assigned to accepted to running to closed', () => {
    let shard = move(waiting(), { kind: 'assign', owner });
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
    const lost = move(running(), lostNow);
    expect(lost.state).toBe('waiting');
    const resumed = move(lost, { kind: 'accepted', by: by(1) });
    expect(resumed).toMatchObject({ state: 'active', attempt: { number: 1, phase: { state: 'running' } } });
  });

  it('closes late after its loss', () => {
    const lost = move(running(), lostNow);
    const closed = move(lost, close(passed, { heard: heard(passed, passed) }));
    expect(closed).toMatchObject({ state: 'closed', outcome: { verdict: passed } });
  });

  it('is superseded by a newer one, and what it says then is stale', () => {
    const second = move(move(running(), lostNow), { kind: 'assign', owner: { ...owner, boot: 8 } });
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
    const second = move(retried, { kind: 'assign', owner: { ...owner, boot: 8 } });
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
    const second = move(move(first.shard, { kind: 'assign', owner }), { kind: 'started', by: by(2) });
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
    expect(afterFailure.budgets).toEqual({ failed: 0, broken: 1 });
    const afterFault = move(running({ failed: 1, broken: 1 }), close(broken('disk_full', 'no space')));
    expect(afterFault.budgets).toEqual({ failed: 1, broken: 0 });
    expect(afterFault.avoidHosts).toEqual(['host-1']);
  });

  it('are spent by the loss of a running attempt, not by that of one that had not started', () => {
    const started = nextShard(running({ broken: 1 }), lostNow);
    expect(started.shard.budgets.broken).toBe(0);
    expect(started.retried).toMatchObject({ outcome: 'broken', reason: 'agent_lost' });
    const assigned = nextShard(move(waiting({ broken: 0 }), { kind: 'assign', owner }), lostNow);
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

describe('a close', () => {
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

  it('says where a death could not be proved', () => {
    const cancelling = move(running(), { kind: 'cancel', message: 'Ctrl-C' });
    expect(move(cancelling, { kind: 'unproven', heard: noneHeard })).toMatchObject({
      outcome: { verdict: { outcome: 'cancelled', reason: 'death_unproven' } },
    });
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

describe('any history of a shard', () => {
  it('gives each step one verdict, spends no budget twice, and never leaves the closed state', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 11 }), { maxLength: 40 }),
        fc.constantFrom('whole', 'slice'),
        (choices, kind) => {
          let shard: Shard = { ...waiting({ failed: 1, broken: 2 }), kind: kind as Shard['kind'] };
          let attempts = 0;
          for (const choice of choices) {
            const before = shard;
            const event = chooseEvent(shard, choice);
            if (!event) continue;
            if (event.kind === 'assign') attempts += 1;
            shard = nextShard(shard, event).shard;
            if (before.state === 'closed') expect(shard).toBe(before);
            expect(Math.min(shard.budgets.failed, shard.budgets.broken)).toBeGreaterThanOrEqual(0);
            expect(shard.attempt?.number ?? 0).toBe(attempts);
            if (shard.state === 'closed') {
              const { passed, failed, broken, skipped, cancelled } = shard.outcome.steps;
              expect(passed + failed + broken + skipped + cancelled).toBe(shard.stepCount);
            }
            if (shard.cancelling !== null) expect(shard.state).not.toBe('waiting');
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Null where the diagram has no such move. */
function chooseEvent(shard: Shard, choice: number): ShardEvent | null {
  const number = shard.attempt?.number ?? 0;
  const lastSeq = shard.attempt?.lastSeq ?? 0;
  const results = heard(passed, choice % 2 === 0 ? failed('expectation', 'no') : passed);
  const events: (ShardEvent | null)[] = [
    shard.state === 'waiting' ? { kind: 'assign', owner } : null,
    { kind: 'accepted', by: by(number) },
    { kind: 'started', by: by(number) },
    { kind: 'frame', by: by(number), seq: lastSeq + 1 },
    close(passed, { attempt: number, lastSeq, heard: heard(passed, passed) }),
    close(failed('expectation', 'no'), { attempt: number, lastSeq, heard: results }),
    close(broken('resource', 'no'), { attempt: number, lastSeq, heard: heard(passed) }),
    shard.state === 'active' ? { ...lostNow, heard: heard(passed) } : null,
    shard.state === 'active' ? { ...lostNow, resumable: false, dead: true } : null,
    { kind: 'stopped', by: by(number), survivors: 0, heard: heard(passed) },
    choice % 3 === 0 ? { kind: 'cancel', message: 'Ctrl-C' } : null,
    shard.state === 'active' && shard.cancelling !== null ? { kind: 'unproven', heard: noneHeard } : null,
  ];
  return events[choice] ?? null;
}

function move(shard: Shard, event: ShardEvent): Shard {
  const moved = nextShard(shard, event);
  expect(moved.answer).toBe('stored');
  return moved.shard;
}

function waiting(budgets: { failed?: number; broken?: number } = {}): Shard {
  return {
    state: 'waiting',
    attempt: null,
    kind: 'whole',
    stepCount: 2,
    budgets: { failed: budgets.failed ?? 0, broken: budgets.broken ?? 0 },
    avoidHosts: [],
    cancelling: null,
    earlier: [],
    finals: {},
    failedBefore: [],
  };
}

function running(budgets: { failed?: number; broken?: number } = {}): Extract<Shard, { state: 'active' }> {
  const shard = move(move(waiting(budgets), { kind: 'assign', owner }), { kind: 'started', by: by(1) });
  if (shard.state !== 'active') throw new Error('it runs');
  return shard;
}

function by(attempt: number): Sender {
  return { agent, boot: owner.boot, attempt };
}

function phaseOf(shard: Shard): AttemptPhase | undefined {
  return shard.attempt?.phase;
}

function heard(...verdicts: Verdict[]): Heard {
  return new Map(verdicts.map((verdict, index) => [id<StepId>(`steps.${index}`), verdict]));
}

function close(
  verdict: Verdict,
  told: { attempt?: number; lastSeq?: number; heard?: Heard } = {},
): Extract<ShardEvent, { kind: 'close' }> {
  const details: AttemptClose = {
    lastSeq: told.lastSeq ?? 0,
    verdict,
    durationMs: 5,
    waitedMs: 1,
    serviceLogs: [],
  };
  return { kind: 'close', by: by(told.attempt ?? 1), close: details, heard: told.heard ?? noneHeard };
}

/** Everything that an agent can say of an attempt. */
function everyMessage(sender: Sender): ShardEvent[] {
  return [
    { kind: 'accepted', by: sender },
    { kind: 'started', by: sender },
    { kind: 'frame', by: sender, seq: 1 },
    { ...close(passed), by: sender },
    { kind: 'stopped', by: sender, survivors: 0, heard: noneHeard },
  ];
}
