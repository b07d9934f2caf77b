/** What all parties of one history share: virtual time, the seed's choices, the trace, and those who watch. */

import type { AttemptRef, FromAgent, ToAgent } from '@cleangrid/core/protocol.ts';
import { FakeClock, Party } from '@cleangrid/core/fake-clock.ts';
import { Random } from './random.ts';

/** What went over a wire, for the invariants. `sent` is what a party decided, `received` what reached the other one. */
export type WireEvent =
  | (Wire & { from: 'agent'; message: FromAgent })
  | (Wire & { from: 'coordinator'; message: ToAgent });

interface Wire {
  what: 'sent' | 'received';
  boot: string;
  /** The connection's place among all of the history. */
  connection: number;
}

export interface World {
  random: Random;
  clock: FakeClock;
  /** The nature that no fault touches: it delivers, it observes. */
  nature: Party;
  trace: string[];
  violations: string[];
  /** Attempts that have processes, each after its boot. */
  alive: Set<string>;
  note(line: string): void;
  violated(rule: string): void;
}

export function makeWorld(seed: number): World {
  const random = new Random(seed);
  const ties = random.fork();
  const trace: string[] = [];
  const violations: string[] = [];
  const note = (line: string): void => {
    trace.push(`${(clock.nowMs / 1000).toFixed(3).padStart(8)} ${line}`);
  };
  const violated = (rule: string): void => {
    violations.push(rule);
    note(`VIOLATED: ${rule}`);
  };
  const clock = new FakeClock({
    random: () => ties.next(),
    crashed: (party, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      violated(`${party.name} crashed: ${text}`);
    },
  });
  return { random, clock, nature: new Party('nature'), trace, violations, alive: new Set(), note, violated };
}

/** `3.1#2`: shard 3.1, attempt 2. */
export function nameOf(ref: AttemptRef): string {
  return `${ref.shard}#${ref.attempt}`;
}

/** One message as one line of the trace. */
export function describeMessage(message: FromAgent | ToAgent): string {
  switch (message.kind) {
    case 'hello':
      return `hello connection ${message.connection}, holds [${message.holds.map(nameOf).join(' ')}]`;
    case 'welcome':
      return `welcome to epoch ${message.epoch.number}, ${message.mailbox}, kill [${message.kill.map(nameOf).join(' ')}]`;
    case 'refused':
      return `refused: ${message.reason}`;
    case 'frame':
      return `frame ${nameOf(message.ref)} ${message.seq} (${message.results.map((result) => result.step).join(' ')})`;
    case 'framesStored':
      return `framesStored ${nameOf(message.ref)} ${message.seq}: ${message.answer}`;
    case 'close':
      return `close ${nameOf(message.ref)} after ${message.close.lastSeq}: ${message.close.verdict.outcome}`;
    case 'acceptStored':
    case 'closeStored':
      return `${message.kind} ${nameOf(message.ref)}: ${message.answer}`;
    case 'accepted':
    case 'started':
    case 'stopped':
    case 'progress':
    case 'preparing':
    case 'revoke':
      return `${message.kind} ${nameOf(message.ref)}`;
    case 'pool':
    case 'beat':
      return message.kind;
  }
}
