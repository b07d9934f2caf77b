/** What `cleangrid plan` shows: the suites with every value resolved that can be known before a run. */

import { formatBytes } from '../bytes.ts';
import { formatDuration } from '../duration.ts';
import { unreachable } from '../errors.ts';
import type {
  Plan,
  PlannedScenario,
  PlannedService,
  PlannedStep,
  ReadyProbe,
  ServiceReset,
  Template,
} from '../plan.ts';
import { describeSpanExpectation } from '../trace/describe-span-expectation.ts';
import type { Paint } from './render-problems.ts';
import { written } from './references.ts';
import { describeExpectations } from './describe-expectations.ts';

/** A line of the tree and what hangs below it. */
interface Branch {
  text: string;
  below: Branch[];
}

/** The plan itself, indented. */
export function renderPlanJson(plan: Plan): string {
  return JSON.stringify(plan, null, 2);
}

/** A tree, one line a thing; no newline at the end. */
export function renderPlanText(plan: Plan, paint: Paint): string {
  const steps = plan.scenarios.reduce((sum, scenario) => sum + scenario.steps.length, 0);
  const total = `${count(plan.suites.length, 'suite')}, ${count(plan.scenarios.length, 'scenario')}, ${count(steps, 'step')}`;
  const scenarios = Map.groupBy(plan.scenarios, (scenario) => scenario.suite);
  const trees = plan.suites.map((suite, index) => {
    const version = suite.version === null ? '' : ` ${suite.version}`;
    const root: Branch = {
      text: `${suite.name}${version} ${paint('place', suite.file)}`,
      below: [
        ...Object.values(suite.services).map((service) => serviceBranch(service, paint)),
        ...(scenarios.get(index) ?? []).map((scenario) => scenarioBranch(scenario, paint)),
      ],
    };
    return drawn(root, paint).join('\n');
  });
  return [...trees, paint('dim', total)].join('\n\n');
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function drawn({ text, below }: Branch, paint: Paint): string[] {
  const lines = below.flatMap((branch, index) => {
    const last = index === below.length - 1;
    return drawn(branch, paint).map((line, row) => {
      const edge = row === 0 ? (last ? '└─ ' : '├─ ') : last ? '   ' : '│  ';
      return paint('dim', edge) + line;
    });
  });
  return [text, ...lines];
}

function leaf(label: string, text: string, paint: Paint): Branch {
  return { text: `${paint('dim', label)} ${text}`, below: [] };
}

function serviceBranch(service: PlannedService, paint: Paint): Branch {
  const { limits } = service;
  const limited = [
    limits.memoryBytes !== null && `memory ${formatBytes(limits.memoryBytes)}`,
    limits.cpus !== null && `cpus ${limits.cpus}`,
    limits.pids !== null && `pids ${limits.pids}`,
  ].filter((part) => part !== false);
  const below = [
    ...Object.entries(service.env).map(([name, value]) => leaf('env', `${name}=${shown(value)}`, paint)),
    ...(service.command ? [leaf('command', service.command.map(shown).join(' '), paint)] : []),
    ...service.tmpfs.map((path) => leaf('tmpfs', path, paint)),
    ...service.mounts.map(({ source, target, readOnly }) =>
      leaf('mount', `${source} on ${target}${readOnly ? ', read only' : ''}`, paint),
    ),
    ...service.ready.map((probe) => leaf('ready', describeProbe(probe), paint)),
    leaf('ready within', formatDuration(service.readyTimeoutMs), paint),
    ...(limited.length > 0 ? [leaf('limits', limited.join(', '), paint)] : []),
    ...(service.port === null ? [] : [leaf('port', String(service.port), paint)]),
    leaf('isolation', service.isolation, paint),
    ...(service.isolation === 'fresh' ? [] : [leaf('reset', describeReset(service.reset), paint)]),
    leaf('kept', describeKeeping(service), paint),
  ];
  return { text: `${paint('dim', 'service')} ${service.name}: ${service.image}`, below };
}

function describeReset(reset: ServiceReset): string {
  const verified = reset.probe ? `, clean when ${reset.probe.map(shown).join(' ')} exits with 0` : '';
  if (reset.strategy === 'exec') return `exec ${reset.command.map(shown).join(' ')}${verified}`;
  if (!('database' in reset)) return reset.strategy + verified;
  const setup = reset.setup.length > 0 ? `, set up by ${reset.setup.map(shown).join(', ')}` : '';
  return `${reset.strategy} of the database ${reset.database} as ${reset.user}${setup}${verified}`;
}

function describeKeeping(service: PlannedService): string {
  return [
    `at most ${formatDuration(service.maxAgeMs)}`,
    service.maxUses !== null && `at most ${count(service.maxUses, 'use')}`,
    service.maxContainers !== null && `at most ${count(service.maxContainers, 'container')}`,
    service.prewarm > 0 && `${count(service.prewarm, 'container')} ahead`,
    `health asked every ${formatDuration(service.healthIntervalMs)}`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}

function describeProbe(probe: ReadyProbe): string {
  switch (probe.kind) {
    case 'port':
      return `port ${probe.port} accepts connections`;
    case 'exec':
      return `${probe.argv.map(shown).join(' ')} exits with 0`;
    case 'log':
      return `its log matches /${probe.pattern}/`;
    case 'http':
      return `GET ${probe.path} on port ${probe.port} answers ${probe.status}`;
    case 'health':
      return 'the health check of its image';
    default:
      return unreachable(probe);
  }
}

function scenarioBranch(scenario: PlannedScenario, paint: Paint): Branch {
  const { services, tags } = scenario;
  const facts = [
    services.length > 0 && `services ${services.join(', ')}`,
    scenario.image !== null && `image ${scenario.image}`,
    `timeout ${formatDuration(scenario.timeoutMs)}`,
    scenario.retries > 0 && `retries ${scenario.retries}`,
    scenario.pollutionCheck && 'pollution check',
    scenario.order === 'independent' && 'independent steps',
    tags.length > 0 && `tags ${tags.join(', ')}`,
  ].filter((fact) => fact !== false);
  return {
    text: `${scenario.name} ${paint('dim', `(${facts.join(' · ')})`)}`,
    below: [
      ...(scenario.spans ?? []).map((one) => leaf('expect', shown(describeSpanExpectation(one)), paint)),
      ...scenario.steps.map((step) => stepBranch(step, paint)),
    ],
  };
}

function stepBranch(step: PlannedStep, paint: Paint): Branch {
  const { command, stdin } = step;
  const variables = command.kind === 'shell' ? Object.entries(command.variables) : [];
  const below = [
    command.kind === 'shell'
      ? leaf('run', shown(command.script), paint)
      : leaf('command', command.argv.map(shownTemplate).join(' '), paint),
    ...[...variables, ...Object.entries(step.env)].map(([name, value]) =>
      leaf('env', `${name}=${shownTemplate(value)}`, paint),
    ),
    ...(step.workdir ? [leaf('workdir', shownTemplate(step.workdir), paint)] : []),
    ...(step.user === null ? [] : [leaf('user', step.user, paint)]),
    ...(stdin
      ? [leaf('stdin', stdin.kind === 'file' ? `file ${stdin.path}` : shownTemplate(stdin.text), paint)]
      : []),
    leaf('timeout', formatDuration(step.timeoutMs), paint),
    ...(step.continueOnFailure ? [leaf('on failure', 'continue', paint)] : []),
    ...(step.mergeOutput ? [leaf('output', 'both streams as one', paint)] : []),
    ...(step.processes === 'keep' ? [leaf('processes', 'kept until the scenario ends', paint)] : []),
    ...describeExpectations(step.expect).map((text) => leaf('expect', shown(text), paint)),
    ...step.captures.map(({ name, from }) => leaf('capture', `${name} from ${describeSource(from)}`, paint)),
  ];
  const phase = step.phase === 'steps' ? '' : `${paint('dim', step.phase)} `;
  const place = step.in === null ? '' : paint('dim', ` in ${step.in}`);
  return { text: `${phase}${step.name}${place}`, below };
}

function describeSource(from: PlannedStep['captures'][number]['from']): string {
  switch (from.kind) {
    case 'json':
      return `stdout at ${from.path}`;
    case 'exit':
      return 'the exit code';
    default:
      return `${from.kind} by /${from.pattern}/`;
  }
}

function shownTemplate(template: Template): string {
  return shown(template.map((part) => (typeof part === 'string' ? part : written(part))).join(''));
}

/** On one line: as it is, or as a JSON string where line ends or quotes matter. */
function shown(text: string): string {
  return text === '' || /[\p{C}\u2028\u2029]|^\s|\s$/u.test(text) ? JSON.stringify(text) : text;
}
