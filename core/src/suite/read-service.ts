/** `[services.NAME]`: a container that scenarios depend on. */

import type { PlannedMount, PlannedService, ReadyProbe, ServiceLimits } from '../plan.ts';
import { id } from '../ids.ts';
import { readyTimeoutMsDefault, serviceMemoryBytesMin } from '../limits.ts';
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
import {
  absolutePath,
  boolean,
  bytes,
  duration,
  environmentName,
  integer,
  refined,
  text,
  textOrNumber,
  workspacePath,
} from './read-values.ts';
import { pattern } from './read-expectations.ts';
import type { TableTree } from './tree.ts';

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

interface WrittenProbe {
  port: ReadyProbe | null;
  exec: ReadyProbe | null;
  log: ReadyProbe | null;
  http: ReadyProbe | null;
  health: ReadyProbe | null;
}

const port = integer(1, 65_535);

const http: Decoder<ReadyProbe> = mapped(
  table<{ port: number; path: string; status: number }>({
    what: 'an http probe',
    fields: {
      port: required('port', port),
      path: optional(
        'path',
        refined(text, (path) =>
          /^\/[!-~]*$/u.test(path)
            ? null
            : ['CG1206', `${quoted(path)} is not the path of a URL`, 'it starts with `/`'],
        ),
        '/',
      ),
      status: optional('status', integer(100, 599), 200),
    },
  }),
  (probe): ReadyProbe => ({ kind: 'http', ...probe }),
);

const health: Decoder<ReadyProbe> = scalar((tree, scope) =>
  tree.kind === 'boolean' && tree.value
    ? { kind: 'health' }
    : wrongKind(tree, 'expected `true`, for the HEALTHCHECK of the image', scope),
);

/** argv: at least the program. */
export const argv: Decoder<string[]> = refined(list('expected a list of strings', text), ([program]) =>
  program === undefined || program === '' ? ['CG1105', 'a command needs a program'] : null,
);

const probeKeys = ['port', 'exec', 'log', 'http', 'health'];

const probe: Decoder<ReadyProbe> = mapped(
  table<WrittenProbe>({
    what: 'a ready probe',
    fields: {
      port: optional(
        'port',
        mapped(port, (number): ReadyProbe => ({ kind: 'port', port: number })),
        null,
      ),
      exec: optional(
        'exec',
        mapped(argv, (words): ReadyProbe => ({ kind: 'exec', argv: words })),
        null,
      ),
      log: optional(
        'log',
        mapped(pattern, (written): ReadyProbe => ({ kind: 'log', pattern: written })),
        null,
      ),
      http: optional('http', http, null),
      health: optional('health', health, null),
    },
    notYet: ['span'],
    check: (tree, scope) => {
      if (probeKeys.filter((key) => tree.entries.has(key)).length === 1) return;
      const message = 'a ready probe is exactly one of port, exec, log, http, health';
      scope.report(tree.span, { code: 'CG1106', message });
    },
  }),
  (written) => Object.values(written).find((one) => one !== null),
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

type WrittenService = Omit<PlannedService, 'name' | 'source' | keyof typeof notYetWritten>;

const notYetWritten = {
  isolation: 'reset',
  reset: { strategy: 'none', probe: null },
  port: null,
  maxUses: null,
  maxAgeMs: 3_600_000,
  maxContainers: null,
  prewarm: 0,
  healthIntervalMs: 10_000,
} as const satisfies Partial<PlannedService>;

const service: Decoder<Omit<PlannedService, 'name'>> = mapped(
  table<WrittenService>({
    what: 'a service',
    fields: {
      image: required('image', imageName),
      env: optional('env', namedValues('env is a table', environmentName, textOrNumber), {}),
      command: optional('command', argv, null),
      tmpfs: optional('tmpfs', list('tmpfs is a list of absolute paths', absolutePath), []),
      mounts: optional('mounts', mounts, []),
      ready: optional('ready', list('ready is a list of probes: [{ … }]', probe), []),
      readyTimeoutMs: optional('ready_timeout', duration, readyTimeoutMsDefault),
      limits: optional('limits', limits, { memoryBytes: null, cpus: null, pids: null }),
    },
    notYet: ['isolation', 'reset', 'max_uses', 'max_age', 'max_containers', 'policy'],
  }),
  (written, tree, scope) => ({ ...written, ...notYetWritten, source: scope.source.place(tree.span.start) }),
);

/** Also a network alias, so it is written as host names are. */
function serviceName(name: string): string | null {
  if (/^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/u.test(name)) return null;
  return `${quoted(name)} cannot be a host name: use a-z, 0-9, and \`-\` or \`_\` inside, at most 63`;
}

/** `[services]`. An empty one is as none. */
export const services: Decoder<Record<string, PlannedService>> = mapped(
  namedValues('services is a table of services', serviceName, service),
  (all) => Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { name: id(name), ...one }])),
);

export function serviceNames(root: TableTree): string[] {
  const tree = root.entries.get('services')?.value;
  return tree?.kind === 'table' ? [...tree.entries.keys()] : [];
}
