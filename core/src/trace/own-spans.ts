/**
 * Every span that cleangrid makes and every attribute that it may carry. `docs/telemetry.md` is written from this table, and a recorder
 * takes nothing that is not in it. Names follow OpenTelemetry's semantic conventions where they have one.
 */

import type { AttributeValue, SpanKind } from './span.ts';

/** What each means, for `docs/telemetry.md`. */
export const attributeMeanings = {
  'cicd.pipeline.name': 'names of the suites',
  'cicd.pipeline.result': 'outcome of the run: success, failure, error or cancellation',
  'cicd.pipeline.run.id': 'run id',
  'cleangrid.attempt': 'number of the attempt, from 1',
  'cleangrid.container.origin': 'warm, or cold: made for this lease',
  'cleangrid.container.reset.duration': 'seconds that its last reset took, after the lease before',
  'cleangrid.container.uses': 'leases that it served before',
  'cleangrid.outcome': 'passed, failed, broken, skipped or cancelled',
  'cleangrid.scenario.count': 'scenarios of the plan',
  'cleangrid.shard': 'the part of the plan that one attempt runs',
  'cleangrid.spans.arrived': 'spans that the back end took, besides this one',
  'cleangrid.spans.cut':
    'spans of programs, or posts of them, that were not taken; absent where there are none',
  'cleangrid.spans.dropped': 'spans that were refused, or beyond a bound',
  'cleangrid.spans.emitted': 'spans that this run made, besides this one',
  'cleangrid.spans.unattributed':
    'spans of programs that could not be told to be of one scenario; absent where there are none',
  'cleangrid.step.count': 'steps of the plan',
  'cleangrid.trace.mode': 'single or linked',
  'container.id': "Docker's id",
  'container.image.name': 'image, as this agent calls it',
  'error.type': 'why it did not pass; a word of the list below',
  'process.exit.code': 'exit status of the command',
  'process.exit.signal': 'signal that ended the command',
  'service.instance.id': 'the agent',
  'service.peer.name': "service of the scenario; absent for the scenario's own container",
  'test.case.name': 'name of the step',
  'test.case.result.status': 'pass or fail',
  'test.suite.name': 'name of the scenario',
} as const;

export type OwnAttribute = keyof typeof attributeMeanings;
export type OwnAttributes = Readonly<Partial<Record<OwnAttribute, AttributeValue>>>;

export type OwnSpanName =
  | 'run'
  | 'plan'
  | 'queue'
  | 'scenario'
  | 'lease'
  | 'pull'
  | 'wait'
  | 'container'
  | 'start'
  | 'ready'
  | 'prepare'
  | 'step'
  | 'exec';

export interface OwnSpan {
  /** A name of a user's follows it where it is said so. */
  name: string;
  named: string | null;
  by: 'coordinator' | 'agent';
  kind: SpanKind;
  parent: string | null;
  meaning: string;
  attributes: readonly OwnAttribute[];
}

const verdict = ['cleangrid.outcome', 'error.type'] as const;

export const ownSpans: Readonly<Record<OwnSpanName, OwnSpan>> = {
  run: {
    name: 'run',
    named: 'suites',
    by: 'coordinator',
    kind: 'internal',
    parent: null,
    meaning: 'From the submission to the last verdict. Sent when every other span of the run was.',
    attributes: [
      'cicd.pipeline.run.id',
      'cicd.pipeline.name',
      'cicd.pipeline.result',
      'cleangrid.trace.mode',
      'cleangrid.scenario.count',
      'cleangrid.step.count',
      'cleangrid.spans.emitted',
      'cleangrid.spans.arrived',
      'cleangrid.spans.dropped',
    ],
  },
  plan: {
    name: 'plan',
    named: null,
    by: 'coordinator',
    kind: 'internal',
    parent: 'run',
    meaning: 'From the submission until the whole plan was stored. Work begins before its end.',
    attributes: ['cicd.pipeline.run.id', 'cleangrid.scenario.count', 'cleangrid.step.count'],
  },
  queue: {
    name: 'queue',
    named: null,
    by: 'coordinator',
    kind: 'producer',
    parent: 'run',
    meaning:
      'Until an attempt was given to an agent. In linked mode the root of a trace of its own, with a link to the run.',
    attributes: ['cicd.pipeline.run.id', 'cleangrid.shard', 'cleangrid.attempt', 'service.instance.id'],
  },
  scenario: {
    name: 'scenario',
    named: 'scenario',
    by: 'agent',
    kind: 'consumer',
    parent: 'queue',
    meaning:
      'An attempt on its agent, from its slot to its verdict. Of an agent that was lost the coordinator makes it.',
    attributes: [
      'cicd.pipeline.run.id',
      'cleangrid.shard',
      'cleangrid.attempt',
      'test.suite.name',
      'cleangrid.spans.cut',
      'cleangrid.spans.unattributed',
      ...verdict,
    ],
  },
  lease: {
    name: 'lease',
    named: null,
    by: 'agent',
    kind: 'internal',
    parent: 'scenario',
    meaning: 'Until the scenario has its containers.',
    attributes: verdict,
  },
  pull: {
    name: 'pull',
    named: 'image',
    by: 'agent',
    kind: 'internal',
    parent: 'lease',
    meaning: 'An image that was not on the host yet.',
    attributes: ['container.image.name'],
  },
  wait: {
    name: 'wait',
    named: null,
    by: 'agent',
    kind: 'internal',
    parent: 'lease',
    meaning: 'Until others give services back, and they are reset. None where nothing is waited for.',
    attributes: [],
  },
  container: {
    name: 'container',
    named: 'service or image',
    by: 'agent',
    kind: 'internal',
    parent: 'lease',
    meaning: 'Until one of the containers could be used: no time where it is warm.',
    attributes: [
      'container.id',
      'container.image.name',
      'service.peer.name',
      'cleangrid.container.origin',
      'cleangrid.container.uses',
      'cleangrid.container.reset.duration',
      ...verdict,
    ],
  },
  start: {
    name: 'start',
    named: null,
    by: 'agent',
    kind: 'internal',
    parent: 'container',
    meaning: 'The container was created and started.',
    attributes: [],
  },
  ready: {
    name: 'ready',
    named: null,
    by: 'agent',
    kind: 'internal',
    parent: 'container',
    meaning: 'Until the ready probes of the service passed.',
    attributes: [],
  },
  prepare: {
    name: 'prepare',
    named: null,
    by: 'agent',
    kind: 'internal',
    parent: 'container',
    meaning: 'What the resets of the service need: its set-up, a template of its database.',
    attributes: [],
  },
  step: {
    name: 'step',
    named: 'step',
    by: 'agent',
    kind: 'internal',
    parent: 'scenario',
    meaning: 'A step with its command and its expectations. Steps that were skipped have none.',
    attributes: ['test.case.name', 'test.case.result.status', ...verdict],
  },
  exec: {
    name: 'exec',
    named: null,
    by: 'agent',
    kind: 'internal',
    parent: 'step',
    meaning: 'The command of the step. What `TRACEPARENT` names.',
    attributes: ['container.id', 'service.peer.name', 'process.exit.code', 'process.exit.signal'],
  },
};
