/** The rules of who is who, who gets what, and who is given up. */

import type { Mutation } from './mutation.ts';

const shardState = 'core/src/shard-state.ts';
const hello = 'coordinator/src/handle-hello.ts';
const detectLoss = 'coordinator/src/detect-loss.ts';

export const coordinatorMutations: Mutation[] = [
  {
    rule: 1,
    what: 'a plan that is submitted again is stored again',
    edits: [
      {
        file: 'coordinator/src/submit-run.ts',
        find: 'scenarios.slice(record.scenarioCount - ordinal)',
        replace: 'scenarios',
      },
    ],
  },
  {
    rule: 1,
    what: 'messages are answered before their commit',
    edits: [
      {
        file: 'coordinator/src/event-loop.ts',
        find: '        return begun;',
        replace: '        begun.complete();\n        begun.complete = () => {};\n        return begun;',
      },
    ],
  },
  {
    rule: 3,
    what: 'a higher boot does not make the lower one lost',
    edits: [
      {
        file: hello,
        find: 'if (older && older.boot < hello.boot)',
        replace: 'if (older && older.boot > hello.boot)',
      },
      { file: hello, find: '    proveDeaths(turn, owner);', replace: '' },
    ],
  },
  {
    rule: 3,
    what: 'a lower boot is welcome',
    edits: [{ file: hello, find: 'known && known.boot > hello.boot', replace: 'known && known.boot < 0' }],
  },
  {
    rule: 3,
    what: 'an older connection replaces a newer one',
    edits: [
      {
        file: hello,
        find: 'if (connection.said && connection.said.number >= number) return false;',
        replace: '',
      },
    ],
    unitTests: ['coordinator/src/handle-hello.test.ts'],
  },
  {
    rule: 4,
    what: 'an agent gets everything at once',
    edits: [
      {
        file: 'coordinator/src/assign.ts',
        find: 'return agent.slots + Math.min(ahead, creditAheadMax);',
        replace: 'return agent.slots + ahead + creditAheadMax;',
      },
    ],
  },
  {
    rule: 5,
    what: 'an attempt is published before it is committed',
    edits: [
      {
        file: 'coordinator/src/publish-attempt.ts',
        find: 'turn.afterCommit(() => {',
        replace: 'queueMicrotask(() => {',
      },
    ],
  },
  {
    rule: 7,
    what: 'what nobody accepted is not published again',
    edits: [
      {
        file: detectLoss,
        find: "if (state === 'assigned' && turn.nowMs",
        replace: 'if (turn.nowMs < 0 && turn.nowMs',
      },
    ],
  },
  {
    rule: 7,
    what: 'what is published again carries the same number',
    edits: [
      {
        file: shardState,
        find: 'publishNumber: shard.attempt.publishNumber + 1',
        replace: 'publishNumber: shard.attempt.publishNumber',
      },
    ],
  },
  {
    rule: 7,
    what: 'a connection stays on which no delivery arrives',
    edits: [
      {
        file: detectLoss,
        find: 'if (active.publishes < publishesMax)',
        replace: 'if (active.publishes < 1e9)',
      },
    ],
  },
  {
    rule: 8,
    what: 'a repeated frame counts as a new one',
    edits: [
      { file: shardState, find: 'if (event.seq <= attempt.lastSeq)', replace: 'if (event.seq < 0)' },
      {
        file: 'coordinator/src/handle-frame.ts',
        find: 'const results = freshResults(turn, active, frame.results);',
        replace: 'const { results } = frame;\n  void freshResults;',
      },
    ],
  },
  {
    rule: 13,
    what: 'an agent that closed its connection is never lost',
    edits: [{ file: detectLoss, find: 'if (turn.nowMs >= link.untilMs)', replace: 'if (turn.nowMs < 0)' }],
  },
  {
    rule: 13,
    what: 'an agent that fell silent is never lost',
    edits: [
      { file: detectLoss, find: 'turn.nowMs - agent.lastBeatMs > beatMsMax', replace: 'turn.nowMs < 0' },
    ],
  },
  {
    rule: 13,
    what: 'an attempt may take for ever',
    edits: [
      {
        file: detectLoss,
        find: 'if (overdueMs > 0) giveUp(turn, active);',
        replace: 'void overdueMs; void giveUp;',
      },
    ],
  },
  {
    rule: 14,
    what: 'a coordinator that stood still blames its agents',
    edits: [
      {
        file: detectLoss,
        find: 'if (lateMs > stallMsMax) return startAnew(grid, nowMs);',
        replace: 'void lateMs; void startAnew;',
      },
    ],
  },
  {
    rule: 14,
    what: 'a coordinator that starts gives agents no time',
    edits: [{ file: 'coordinator/src/recover.ts', find: 'nowMs + startGraceMs', replace: 'nowMs' }],
  },
  {
    rule: 15,
    what: 'the mailbox of a lost agent stays',
    edits: [
      {
        file: 'coordinator/src/lose-agent.ts',
        find: '  turn.afterCommit(() => discardMailbox(turn.grid, mailbox));',
        replace: '  void mailbox;',
      },
    ],
  },
  {
    rule: 15,
    what: 'a shard goes back to the host that lost it',
    edits: [
      {
        file: 'coordinator/src/assign.ts',
        find: '=> !avoidHosts.includes(agent.host);',
        replace: "=> agent.host !== '' || avoidHosts.length > 0;",
      },
    ],
  },
  {
    rule: 17,
    what: 'a cancelled shard closes without proof of death',
    edits: [{ file: shardState, find: "if (shard.state === 'active') return flagged;", replace: '' }],
  },
  {
    rule: 17,
    what: 'a cancel waits for ever for the proof of death',
    edits: [
      {
        file: detectLoss,
        find: 'if (waitedMs <= deathProofMsMax)',
        replace: 'if (waitedMs >= 0 || deathProofMsMax)',
      },
    ],
  },
  {
    rule: 17,
    what: 'an agent gets work although it has not proved deaths',
    edits: [
      {
        file: 'coordinator/src/assign.ts',
        find: "agent.link.state === 'ready' && agent.unproven.length === 0",
        replace: "agent.link.state === 'ready'",
      },
    ],
    unitTests: ['coordinator/src/cancel-run.test.ts'],
  },
  {
    rule: 19,
    what: 'the epoch goes on when the mailboxes were lost',
    edits: [
      {
        file: 'coordinator/src/begin-epoch.ts',
        find: '(reason) => renewEpoch(grid, loop, reason)',
        replace: '(reason) => void (reason || renewEpoch || loop)',
      },
    ],
  },
];
