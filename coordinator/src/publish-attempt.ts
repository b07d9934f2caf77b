/** Puts a committed attempt into its owner's mailbox (rules 5 and 7). What the mailbox loses is published again. */

import { invariant, messageOf } from '@cleangrid/core/errors.ts';
import type { PlannedScenario } from '@cleangrid/core/plan.ts';
import type { PackedDelivery } from '@cleangrid/core/protocol.ts';
import { shardId } from '@cleangrid/core/shard-plan.ts';
import { attemptLogFields } from '@cleangrid/proto/log-fields.ts';
import type { ActiveShard } from './grid.ts';
import { moveShard } from './move-shard.ts';
import { queueSpanOf } from './trace/note-spans.ts';
import { type Turn, refOf } from './turn.ts';

export function publishAttempt(turn: Turn, active: ActiveShard): void {
  const { attempt } = active.shard;
  invariant(attempt, 'what is published was assigned');
  const { agent, boot } = attempt.owner;
  const link = turn.grid.agents.get(agent)?.link;
  if (link?.state !== 'ready') return;
  const { head, json } = turn.grid.store.headAndPlan(active.run.record.ordinal, active.place);
  active.head = head;
  const suite = active.run.record.suites[head.suite];
  invariant(suite, 'a scenario belongs to a suite of its run');
  active.publishedMs = turn.nowMs;
  active.publishes += 1;
  const delivery: PackedDelivery = {
    ref: refOf(active, shardId(active.place)),
    agent,
    boot,
    publishNumber: attempt.publishNumber,
    suite: suite.blob,
    scenarioJson: withoutFinals(json, active),
    fresh: attempt.fresh,
    trace: queueSpanOf(active),
  };
  const { mailboxes, logger } = turn.grid;
  const { mailbox } = link;
  turn.afterCommit(() => {
    mailboxes.publish(mailbox, delivery).catch((error: unknown) => {
      logger.debug(
        { ...attemptLogFields(delivery), agent, reason: messageOf(error) },
        'delivery not published, will be again',
      );
    });
  });
}

/** As it was submitted; of a slice that was begun before, the steps that are not final. */
function withoutFinals(json: string, { shard: { finals } }: ActiveShard): string {
  if (Object.keys(finals).length === 0) return json;
  const planned = JSON.parse(json) as PlannedScenario;
  return JSON.stringify({ ...planned, steps: planned.steps.filter((step) => !(step.id in finals)) });
}

/** With a number of its own: a mailbox takes the same one only once, even after it lost it. */
export function republishAttempt(turn: Turn, active: ActiveShard): void {
  moveShard(turn, active, { kind: 'republish' });
  publishAttempt(turn, active);
}
