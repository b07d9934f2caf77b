/** `[services.NAME]`: a container that scenarios depend on. */

import { formatDuration } from '../duration.ts';
import type { PlannedMount, PlannedService, ServiceLimits } from '../plan.ts';
import { id } from '../ids.ts';
import {
  healthIntervalMsDefault,
  healthIntervalMsMin,
  readyTimeoutMsDefault,
  serviceAgeMsDefault,
  serviceContainersMax,
  serviceMemoryBytesMin,
  serviceUsesMax,
} from '../limits.ts';
import { knownFacts, serviceVariable } from '../service-facts.ts';
import {
  type Decoder,
  list,
  mapped,
  namedValues,
  optional,
  required,
  scalar,
  table,
  wrongKind,
} from './decoder.ts';
import { imageName } from './image-name.ts';
import { quoted } from './problem.ts';
import { argv } from './read-argv.ts';
import { readyProbes } from './read-ready.ts';
import { checkSettings, isolation, portOf, reset, resolveReset, type WrittenReset } from './read-reset.ts';
import {
  absolutePath,
  boolean,
  bytes,
  duration,
  environmentName,
  integer,
  port,
  refined,
  textOrNumber,
  workspacePath,
} from './read-values.ts';
import type { Scope } from './scope.ts';
import type { TableTree, Tree } from './tree.ts';

const mount: Decoder<PlannedMount> = mapped(
  table<PlannedMount>({
    what: 'a mount',
    fields: {
      source: required('source', workspacePath),
      target: required(
        'target',
        refined(absolutePath, (path) =>
          /^\/+$/u.test(path) ? ['CG1206', 'nothing can be mounted on `/`'] : null,
        ),
      ),
      readOnly: optional('read_only', boolean, false),
    },
  }),
  (written, tree, scope) => {
    const source = tree.kind === 'table' ? tree.entries.get('source')?.value : undefined;
    // A single file is copied to its target, where nothing keeps it from being written.
    const wanted = written.readOnly ? 'folder' : 'either';
    scope.neededPaths.push({ path: written.source, wanted, span: (source ?? tree).span });
    return written;
  },
);

const mounts: Decoder<PlannedMount[]> = mapped(
  list('mounts is a list of tables', mount),
  (all, tree, scope) => {
    const twice = all.find(({ target }, index) => all.findIndex((other) => other.target === target) < index);
    if (!twice) return all;
    scope.report(tree.span, {
      code: 'CG1307',
      message: `two mounts have the target ${quoted(twice.target)}`,
    });
    return undefined;
  },
);

const limits: Decoder<ServiceLimits> = table<ServiceLimits>({
  what: 'limits',
  fields: {
    memoryBytes: optional(
      'memory',
      refined(bytes, (size) =>
        size < serviceMemoryBytesMin ? ['CG1202', 'Docker gives a container at least 6MiB'] : null,
      ),
      null,
    ),
    cpus: optional(
      'cpus',
      scalar((tree, scope) => {
        if (tree.kind !== 'integer' && tree.kind !== 'float')
          return wrongKind(tree, 'expected a number', scope);
        if (tree.value >= 0.01 && tree.value <= 4096) return tree.value;
        scope.report(tree.span, { code: 'CG1202', message: `${tree.value} is not between 0.01 and 4096` });
        return undefined;
      }),
      null,
    ),
    pids: optional('pids', integer(1, 4_194_304), null),
  },
});

const healthInterval: Decoder<number> = refined(duration, (ms) =>
  ms < healthIntervalMsMin
    ? [
        'CG1202',
        `a health check more often than every ${formatDuration(healthIntervalMsMin)} costs more than it tells`,
      ]
    : null,
);

interface WrittenService extends Omit<PlannedService, 'name' | 'source' | 'reset'> {
  reset: WrittenReset | null;
}

const service: Decoder<Omit<PlannedService, 'name'>> = mapped(
  table<WrittenService>({
    what: 'a service',
    fields: {
      image: required('image', imageName),
      env: optional('env', namedValues('env is a table', environmentName, textOrNumber), {}),
      command: optional('command', argv, null),
      tmpfs: optional('tmpfs', list('tmpfs is a list of absolute paths', absolutePath), []),
      mounts: optional('mounts', mounts, []),
      ready: optional('ready', readyProbes, []),
      readyTimeoutMs: optional('ready_timeout', duration, readyTimeoutMsDefault),
      limits: optional('limits', limits, { memoryBytes: null, cpus: null, pids: null }),
      isolation: optional('isolation', isolation, 'reset'),
      reset: optional('reset', reset, null),
      port: optional('port', port, null),
      maxUses: optional('max_uses', integer(1, serviceUsesMax), null),
      maxAgeMs: optional('max_age', duration, serviceAgeMsDefault),
      maxContainers: optional('max_containers', integer(1, serviceContainersMax), null),
      prewarm: optional('prewarm', integer(0, serviceContainersMax), 0),
      healthIntervalMs: optional('health_interval', healthInterval, healthIntervalMsDefault),
    },
    notYet: ['policy'],
  }),
  (written, tree, scope) => {
    const resolved = resolveReset(written.reset, written.env);
    if (!resolved || tree.kind !== 'table') return undefined;
    const planned = {
      ...written,
      reset: resolved,
      port: written.port ?? portOf(resolved),
      source: scope.source.place(tree.span.start),
    };
    checkSettings(planned, tree, scope);
    return planned;
  },
);

/** Also a network alias, so it is written as host names are. */
function serviceName(name: string): string | null {
  if (/^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/u.test(name)) return null;
  return `${quoted(name)} cannot be a host name: use a-z, 0-9, and \`-\` or \`_\` inside, at most 63`;
}

/** `[services]`. An empty one is as none. */
export const services: Decoder<Record<string, PlannedService>> = mapped(
  namedValues('services is a table of services', serviceName, service),
  (all, tree, scope) => {
    reportOneVariableTwice(tree, scope);
    scope.serviceFacts = new Map(Object.entries(all).map(([name, one]) => [name, knownFacts(one)]));
    return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { name: id(name), ...one }]));
  },
);

/** Steps find each service in their environment. */
function reportOneVariableTwice(tree: Tree, scope: Scope): void {
  const first = new Map<string, string>();
  for (const [name, { keySpan }] of tree.kind === 'table' ? tree.entries : []) {
    const variable = serviceVariable(name, 'host');
    const other = first.get(variable);
    first.set(variable, other ?? name);
    if (other === undefined) continue;
    const message = `${quoted(name)} and ${quoted(other)} would have the same environment variables, like ${quoted(variable)}`;
    scope.report(keySpan, { code: 'CG1603', message });
  }
}

export function serviceNames(root: TableTree): string[] {
  const tree = root.entries.get('services')?.value;
  return tree?.kind === 'table' ? [...tree.entries.keys()] : [];
}
