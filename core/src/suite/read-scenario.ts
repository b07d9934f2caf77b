/** `[[scenario]]`: ordered steps that share one set of services. */

import { id, type ServiceName } from '../ids.ts';
import { retriesMax, scenarioTimeoutMsDefault } from '../limits.ts';
import type { SpanExpectation } from '../trace/span-expectations.ts';
import type { PlannedScenario, PlannedStep, StepPhase, Template } from '../plan.ts';
import { type Decoder, list, mapped, namedValues, optional, required, table } from './decoder.ts';
import { imageName } from './image-name.ts';
import { quoted } from './problem.ts';
import { captureNames, step, type WrittenStep } from './read-step.ts';
import {
  boolean,
  displayName,
  duration,
  environmentName,
  integer,
  nonEmptyText,
  oneOf,
  refined,
  templateOrNumber,
  text,
} from './read-values.ts';
import { expectedSpans, plannedSpans } from './read-span-expectations.ts';
import { unknownService } from './references.ts';
import { type Scope, useService } from './scope.ts';
import type { TableTree, Tree } from './tree.ts';

/** All of a planned scenario but its suite, whose number is known when every file is read. */
export type WrittenScenario = Omit<PlannedScenario, 'suite'>;

const scenarioName: Decoder<string> = mapped(displayName, (name, tree, scope) => {
  if (scope.scenarioNames.has(name))
    scope.report(tree.span, {
      code: 'CG1307',
      message: `two scenarios of this file have the name ${quoted(name)}`,
    });
  scope.scenarioNames.add(name);
  return name;
});

const serviceName: Decoder<ServiceName> = mapped(nonEmptyText, (name, tree, scope) => {
  if (!scope.services.has(name)) {
    scope.report(tree.span, unknownService(name, scope));
    return undefined;
  }
  useService(name, scope);
  return id(name);
});

const tag: Decoder<string> = refined(text, (name) =>
  /^[\p{L}\p{N}_][\p{L}\p{N}_.:/-]*$/u.test(name)
    ? null
    : ['CG1204', `${quoted(name)} cannot be a tag: use letters, digits and \`_ . : / -\``],
);

const steps: Decoder<WrittenStep[]> = list('steps are a list of tables', step);

interface FieldsOfScenario
  extends Pick<
    PlannedScenario,
    'name' | 'tags' | 'image' | 'order' | 'timeoutMs' | 'retries' | 'pollutionCheck'
  > {
  services: ServiceName[];
  env: Record<string, Template>;
  spans: SpanExpectation[];
  setup: WrittenStep[];
  steps: WrittenStep[];
  teardown: WrittenStep[];
}

const fields: Decoder<FieldsOfScenario> = table<FieldsOfScenario>({
  what: 'a scenario',
  fields: {
    name: required('name', scenarioName),
    tags: optional('tags', list('tags is a list of strings', tag), []),
    services: optional('services', list('services is a list of names', serviceName), []),
    image: optional('image', imageName, null),
    order: optional('order', oneOf('sequential', 'independent'), 'sequential'),
    timeoutMs: optional('timeout', duration, scenarioTimeoutMsDefault),
    retries: optional('retries', integer(0, retriesMax), 0),
    pollutionCheck: optional('pollution_check', boolean, false),
    env: optional('env', namedValues('env is a table', environmentName, templateOrNumber), {}),
    spans: optional('expect', expectedSpans, []),
    // In the order they run in: a step sees the captures of those before it.
    setup: optional('setup', steps, []),
    steps: optional('steps', steps, []),
    teardown: optional('teardown', steps, []),
  },
  notYet: ['matrix', 'slow', 'locks', 'skip', 'only_if', 'artifacts', 'for_each', 'policy', 'determinism'],
  elsewhere: {
    keys: ['needs', 'depends_on'],
    hint: 'what it needs to run are `services`; no scenario depends on another, they run in any order',
  },
  check: (tree, scope) => {
    const written = tree.entries.get('steps')?.value;
    if (written && !(written.kind === 'array' && written.items.length === 0)) return;
    scope.report(tree.span, { code: 'CG1105', message: 'a scenario without steps tests nothing' });
  },
});

export const scenario: Decoder<WrittenScenario> = {
  decode(tree, scope) {
    const own = tree.kind === 'table' ? scenarioScope(tree, scope) : scope;
    const written = fields.decode(tree, own);
    if (!written) return undefined;
    const { env, setup, steps: main, teardown, ...rest } = written;
    const services = [...(own.scenario?.usedServices ?? [])].sort().map((name) => id<ServiceName>(name));
    const spans = plannedSpans(rest.spans, services, scope);
    if (spans && rest.order === 'independent') reportRunningApart(tree, scope);
    return {
      ...rest,
      id: id(`${scope.source.file}::${rest.name}`),
      tags: [...new Set(rest.tags)],
      services,
      spans,
      steps: [
        ...inPhase('setup', setup, env),
        ...inPhase('steps', main, env),
        ...inPhase('teardown', teardown, env),
      ],
      source: scope.source.place(tree.span.start),
    };
  },
  inside: fields.inside,
};

function reportRunningApart(tree: Tree, scope: Scope): void {
  const order = tree.kind === 'table' ? tree.entries.get('order')?.value : undefined;
  scope.report((order ?? tree).span, {
    code: 'CG1405',
    message: 'steps of an `independent` scenario run apart, so their spans are never seen together',
    hint: 'expect spans of scenarios with `order = "sequential"` only',
  });
}

function scenarioScope(tree: TableTree, scope: Scope): Scope {
  const value = (key: string) => tree.entries.get(key)?.value;
  const order = value('order');
  return {
    ...scope,
    scenario: {
      independent: order?.kind === 'string' && order.value === 'independent',
      hasImage: tree.entries.has('image'),
      captured: new Set(),
      everCaptured: captureNames([value('setup'), value('steps'), value('teardown')]),
      usedServices: new Set(),
    },
  };
}

function inPhase(
  phase: StepPhase,
  steps: readonly WrittenStep[],
  env: Record<string, Template>,
): PlannedStep[] {
  return steps.map((one, index) => ({
    ...one,
    id: id(`${phase}.${index}`),
    phase,
    env: { ...env, ...one.env },
  }));
}
