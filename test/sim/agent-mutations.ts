/** The rules that agents keep. */

import type { Mutation } from './mutation.ts';

const connection = 'agent/src/connection.ts';
const agent = 'agent/src/agent.ts';
const heldAttempts = 'agent/src/held-attempts.ts';
const outbox = 'agent/src/outbox.ts';

export const agentMutations: Mutation[] = [
  {
    rule: 2,
    what: 'an agent goes on with what it holds when the grid is another one',
    edits: [
      {
        file: agent,
        find: 'if (newGrid)',
        replace: 'if (newGrid && false)',
      },
    ],
  },
  {
    rule: 2,
    what: 'an agent follows a coordinator of an older epoch',
    edits: [{ file: connection, find: 'welcome.epoch.number < known.number', replace: 'false' }],
    unitTests: ['agent/src/agent.test.ts'],
  },
  {
    rule: 3,
    what: 'an agent does not say what it holds',
    edits: [
      {
        file: agent,
        find: 'const holds = this.#attempts.refs();',
        replace: 'const holds: AttemptRef[] = [];',
      },
    ],
  },
  {
    rule: 3,
    what: 'attempts that nobody wants any more are not killed with the welcome',
    edits: [
      { file: agent, find: 'for (const ref of kill) this.#attempts.revoke(ref);', replace: 'void kill;' },
      {
        file: connection,
        find: '        return this.#options.received(message);',
        replace:
          "        if ('answer' in message && message.answer === 'stale') return;\n        return this.#options.received(message);",
      },
    ],
  },
  {
    rule: 6,
    what: 'an agent accepts what is meant for another boot',
    edits: [
      {
        file: agent,
        find: 'delivery.agent !== this.#options.agent || delivery.boot !== this.#options.boot',
        replace: 'delivery.agent !== this.#options.agent',
      },
    ],
  },
  {
    rule: 6,
    what: 'an agent accepts again what it holds',
    edits: [
      { file: agent, find: 'if (foreign || this.#attempts.holds(delivery.ref))', replace: 'if (foreign)' },
    ],
  },
  {
    rule: 6,
    what: 'an agent runs what the coordinator has not stored as accepted',
    edits: [
      {
        file: heldAttempts,
        find: "    this.#options.send({ kind: 'accepted', ref });\n  }",
        replace: "    this.#options.send({ kind: 'accepted', ref });\n    this.stored(ref);\n  }",
      },
    ],
  },
  {
    rule: 6,
    what: 'a delivery is acknowledged before it is stored as accepted',
    edits: [
      {
        file: heldAttempts,
        find: "    this.#options.send({ kind: 'accepted', ref });\n  }",
        replace: "    this.#options.send({ kind: 'accepted', ref });\n    received.acknowledge();\n  }",
      },
    ],
    unitTests: ['agent/src/agent.test.ts'],
  },
  {
    rule: 8,
    what: 'an agent forgets results when they are sent',
    edits: [
      {
        file: outbox,
        find: 'entry.sentSeq = entry.lastSeq - entry.frames.length;',
        replace: 'entry.frames = [];\n      entry.sentSeq = entry.lastSeq;',
      },
    ],
  },
  {
    rule: 8,
    what: 'an agent sends nothing again on a new connection',
    edits: [{ file: agent, find: '    this.#outbox.resend();', replace: '' }],
  },
  {
    rule: 8,
    what: 'an agent accepts work while its outbox is full',
    edits: [{ file: agent, find: 'if (this.#outbox.full)', replace: 'if (this.#draining)' }],
    unitTests: ['agent/src/agent-results.test.ts'],
  },
  {
    rule: 8,
    what: 'an agent waits for ever for an answer',
    edits: [
      {
        file: 'agent/src/answer-watchdog.ts',
        find: 'if (waitMs <= 0) this.#overdue();',
        replace: 'if (waitMs <= 0) return;',
      },
    ],
  },
  {
    rule: 17,
    what: 'an agent forgets what was revoked',
    edits: [
      {
        file: agent,
        find: 'if (this.#attempts.isOver(delivery.ref)) return received.acknowledge();',
        replace: '',
      },
    ],
  },
  {
    rule: 17,
    what: 'an agent says that an attempt is stopped before it is',
    edits: [
      {
        file: heldAttempts,
        find: 'if (!held || !isAlive(held.state))',
        replace: 'if (!held || isAlive(held.state))',
      },
    ],
  },
];
