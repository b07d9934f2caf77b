/** The rules that move attempts and shards: fence, resumption, close, budgets. */

import type { Mutation } from './mutation.ts';

const agent = 'agent/src/agent.ts';
const outbox = 'agent/src/outbox.ts';
const shardState = 'core/src/shard-state.ts';
const shardOutcome = 'core/src/shard-outcome.ts';

export const attemptMutations: Mutation[] = [
  {
    rule: 9,
    what: 'an older attempt passes for the newest',
    edits: [
      {
        file: shardState,
        find: 'if (!attempt || by.attempt !== attempt.number) {',
        replace: 'if (!attempt || by.attempt > attempt.number) {',
      },
      {
        file: shardState,
        find: "by.agent !== attempt.owner.agent || by.boot !== attempt.owner.boot) return 'stale';",
        replace: "by.agent === '') return 'stale';",
      },
    ],
  },
  {
    rule: 9,
    what: 'anybody passes for the owner of an attempt',
    edits: [
      {
        file: shardState,
        find: "by.agent !== attempt.owner.agent || by.boot !== attempt.owner.boot) return 'stale';",
        replace: "by.agent === '') return 'stale';",
      },
      {
        file: agent,
        find: 'delivery.agent !== this.#options.agent || delivery.boot !== this.#options.boot',
        replace: 'delivery.agent !== this.#options.agent',
      },
    ],
  },
  {
    rule: 9,
    what: 'what comes after the close counts',
    edits: [
      { file: shardState, find: "if (attempt.phase.state === 'closed') return 'repeated';", replace: '' },
    ],
  },
  {
    rule: 9,
    what: 'what the fence refuses is merged into the report',
    edits: [
      {
        file: 'coordinator/src/read-scenario.ts',
        find: 'attempt === shard.attempt?.number ? mergedSeqs(shard.attempt) : store',
        replace: 'attempt < 0 && shard.attempt ? mergedSeqs(shard.attempt) : store',
      },
    ],
    unitTests: ['coordinator/src/read-scenario.test.ts'],
  },
  {
    rule: 10,
    what: 'a lost attempt is never resumed',
    edits: [
      {
        file: 'coordinator/src/lose-agent.ts',
        find: "kind: 'lost', resumable: !isDead,",
        replace: "kind: 'lost', resumable: false,",
      },
    ],
  },
  {
    rule: 11,
    what: 'attempts mix: what an earlier one reported counts for the next',
    edits: [
      {
        file: 'coordinator/src/move-shard.ts',
        find: 'if (shard.attempt?.number !== before.attempt?.number) active.heard = new Map();',
        replace: '',
      },
    ],
  },
  {
    rule: 11,
    what: 'independent steps that have passed are run again',
    edits: [
      {
        file: 'coordinator/src/publish-attempt.ts',
        find: 'steps: scenario.steps.filter((step) => !(step.id in finals))',
        replace: 'steps: scenario.steps.filter((step) => step.id.length > 0 || step.id in finals)',
      },
    ],
  },
  {
    rule: 11,
    what: 'a close counts although frames are missing',
    edits: [
      {
        file: shardState,
        find: 'if (event.close.lastSeq !== attempt.lastSeq)',
        replace: 'if (event.close.lastSeq < 0)',
      },
      { file: shardState, find: 'if (event.seq > attempt.lastSeq + 1)', replace: 'if (event.seq < 0)' },
      {
        file: outbox,
        find: 'entry.sentSeq = entry.lastSeq - entry.frames.length;',
        replace: 'entry.frames = [];\n      entry.sentSeq = entry.lastSeq;',
      },
    ],
  },
  {
    rule: 12,
    what: 'a failure in used containers is checked again and again',
    edits: [
      {
        file: shardOutcome,
        find: 'pollution: budgets.pollution - pollution,',
        replace: 'pollution: budgets.pollution,',
      },
    ],
  },
  {
    rule: 12,
    what: 'what breaks spends the retries of what fails',
    edits: [
      {
        file: shardOutcome,
        find: 'spend(avoidHost(waiting), { broken: 1 })',
        replace: 'spend(avoidHost(waiting), { failed: 1 })',
      },
    ],
  },
  {
    rule: 12,
    what: 'the loss of a running attempt spends nothing',
    edits: [
      {
        file: shardOutcome,
        find: 'if (!attempt.started) return moved(waiting);',
        replace: 'return moved(waiting);',
      },
    ],
  },
  {
    rule: 12,
    what: 'the loss of an attempt that had not started spends a retry',
    edits: [{ file: shardOutcome, find: 'if (!attempt.started) return moved(waiting);', replace: '' }],
  },
];
