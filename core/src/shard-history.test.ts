import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { by, close, heard, lostNow, noneHeard, owner, waiting } from './fake/shards.ts';
import type { Shard, ShardEvent } from './shard.ts';
import { nextShard } from './shard-state.ts';
import { broken, failed, passed } from './verdict.ts';

describe('any history of a shard', () => {
  it('gives each step one verdict, spends no budget twice, and never leaves the closed state', () => {
    const kinds = fc.constantFrom('whole' as const, 'slice' as const);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 11 }), { maxLength: 40 }), kinds, (choices, kind) => {
        let shard: Shard = { ...waiting({ failed: 1, broken: 2 }), kind };
        const wrong: string[] = [];
        for (const choice of choices) {
          const event = chooseEvent(shard, choice);
          if (!event) continue;
          const { shard: after } = nextShard(shard, event);
          wrong.push(...violations(shard, event, after));
          shard = after;
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

function violations(before: Shard, event: ShardEvent, after: Shard): string[] {
  const number = (before.attempt?.number ?? 0) + (event.kind === 'assign' ? 1 : 0);
  return [
    before.state === 'closed' && after !== before ? 'a closed shard moved' : '',
    Math.min(after.budgets.failed, after.budgets.broken) < 0 ? 'a budget was overspent' : '',
    (after.attempt?.number ?? 0) !== number ? 'an attempt was opened without being assigned' : '',
    after.cancelling !== null && after.state === 'waiting' ? 'a cancelled shard waits' : '',
    after.state === 'closed' && verdictCount(after) !== after.stepCount ? 'a step has not one verdict' : '',
  ].filter((line) => line !== '');
}

function verdictCount({ outcome }: Extract<Shard, { state: 'closed' }>): number {
  const { passed, failed, broken, skipped, cancelled } = outcome.steps;
  return passed + failed + broken + skipped + cancelled;
}

/** Null where the diagram has no such move. */
function chooseEvent(shard: Shard, choice: number): ShardEvent | null {
  const number = shard.attempt?.number ?? 0;
  const lastSeq = shard.attempt?.lastSeq ?? 0;
  const results = heard(passed, choice % 2 === 0 ? failed('expectation', 'no') : passed);
  const events: (ShardEvent | null)[] = [
    shard.state === 'waiting' ? { kind: 'assign', nowMs: 0, owner } : null,
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
