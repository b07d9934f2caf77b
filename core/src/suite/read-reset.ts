/** `isolation` and `reset` of a service: who may use it at once, and how it becomes clean again. */

import { unreachable } from '../errors.ts';
import type { Isolation, PlannedService, ServiceReset } from '../plan.ts';
import { type Decoder, list, mapped, optional, required, table } from './decoder.ts';
import { quoted } from './problem.ts';
import { argv } from './read-argv.ts';
import { oneOf, refined, text, workspacePath } from './read-values.ts';
import type { Scope } from './scope.ts';
import type { TableTree, Tree } from './tree.ts';

type Strategy = ServiceReset['strategy'];

/** What becomes of a service whose suite does not say: slow, and clean whatever it is. */
const serviceResetDefault: ServiceReset = { strategy: 'recreate', probe: null };

/** As it stands in the file; what it leaves out depends on the service's environment. */
export interface WrittenReset {
  strategy: Strategy;
  database: string | null;
  user: string | null;
  setup: string[];
  command: string[] | null;
  probe: string[] | null;
}

export const isolation: Decoder<Isolation> = oneOf('reset', 'shared', 'fresh');

/** PostgreSQL cuts longer names, which would make two databases one. */
const postgresName: Decoder<string> = refined(text, (name) =>
  /^[\p{L}_][\p{L}\p{N}_$-]*$/u.test(name) && new TextEncoder().encode(name).length <= 63
    ? null
    : ['CG1204', `${quoted(name)} cannot be used: letters, digits and \`_ $ -\`, at most 63 bytes`],
);

const databaseName: Decoder<string> = refined(postgresName, (name) =>
  name === 'template0' || name === 'template1'
    ? ['CG1204', `${quoted(name)} is what PostgreSQL makes databases from`]
    : null,
);

const setupFile: Decoder<string> = mapped(workspacePath, (path, { span }, scope) => {
  scope.neededPaths.push({ path, wanted: 'file', span });
  return path;
});

export const reset: Decoder<WrittenReset> = table<WrittenReset>({
  what: 'a reset',
  fields: {
    strategy: required(
      'strategy',
      oneOf<Strategy>(
        'postgres.template',
        'postgres.truncate',
        'postgres.schema',
        'redis.flush',
        'redis.database',
        'exec',
        'restart',
        'recreate',
        'none',
      ),
    ),
    database: optional('database', databaseName, null),
    user: optional('user', postgresName, null),
    setup: optional('setup', list('setup is a list of files of the workspace', setupFile), []),
    command: optional('command', argv, null),
    probe: optional('probe', argv, null),
  },
  check: checkKeys,
});

/** Which keys a strategy has. */
function checkKeys(tree: TableTree, scope: Scope): void {
  const written = tree.entries.get('strategy')?.value;
  if (written?.kind !== 'string') return;
  const strategy = written.value;
  const refuse = (key: string, message: string): void => {
    const entry = tree.entries.get(key);
    if (entry) scope.report(entry.keySpan, { code: 'CG1106', message });
  };
  if (!strategy.startsWith('postgres.'))
    for (const key of ['database', 'user', 'setup'])
      refuse(key, `\`${key}\` is for the strategies of PostgreSQL, not for ${quoted(strategy)}`);
  if (strategy !== 'exec') refuse('command', '`command` is for the strategy `exec`');
  else if (!tree.entries.has('command'))
    scope.report(tree.span, { code: 'CG1104', message: 'the strategy `exec` needs `command`' });
}

/** With all that it left out. The defaults are those of the official images. */
export function resolveReset(
  written: WrittenReset | null,
  env: PlannedService['env'],
): ServiceReset | undefined {
  if (!written) return serviceResetDefault;
  const { strategy, probe, setup, command } = written;
  switch (strategy) {
    case 'postgres.template':
    case 'postgres.truncate':
    case 'postgres.schema': {
      const user = written.user ?? (env['POSTGRES_USER'] || 'postgres');
      const database = written.database ?? (env['POSTGRES_DB'] || user);
      return { strategy, probe, database, user, setup };
    }
    case 'exec':
      return command ? { strategy, probe, command } : undefined;
    case 'redis.flush':
    case 'redis.database':
    case 'restart':
    case 'recreate':
    case 'none':
      return { strategy, probe };
    default:
      return unreachable(strategy);
  }
}

/** Where clients of the strategy's servers find them, unless the suite says otherwise. */
export function portOf({ strategy }: ServiceReset): number | null {
  if (strategy.startsWith('postgres.')) return 5432;
  return strategy.startsWith('redis.') ? 6379 : null;
}

/** Strategies by which many scenarios can use one service, each without seeing the others; `none` is for what keeps nothing. */
const sharing: readonly Strategy[] = ['postgres.template', 'redis.database', 'none'];

type Settings = Pick<
  PlannedService,
  'ready' | 'isolation' | 'reset' | 'maxUses' | 'maxContainers' | 'prewarm'
>;

/** Reports settings that contradict each other, or of which one would have no effect. */
export function checkSettings(service: Settings, tree: TableTree, scope: Scope): void {
  const { maxContainers, prewarm } = service;
  const { strategy } = service.reset;
  const at = (key: string): Tree | undefined => tree.entries.get(key)?.value;
  const report = (code: 'CG1601' | 'CG1602', key: string, [message, hint]: [string, string]): void =>
    scope.report((at(key) ?? tree).span, { code, message, hint });
  const once = service.isolation === 'fresh' ? '`isolation = "fresh"`' : `\`${strategy}\``;

  if (service.isolation === 'shared' && !sharing.includes(strategy))
    report('CG1601', 'isolation', [
      `with the reset \`${strategy}\`, scenarios that share the service would see each other's work`,
      `share with ${sharing.map((one) => `\`${one}\``).join(', ')} (for what keeps nothing)`,
    ]);
  if (service.isolation === 'fresh' && at('reset') && !/^(?:postgres|redis)\./u.test(strategy))
    report('CG1602', 'reset', ['a fresh container is used once and never reset', 'leave out `reset`']);
  if (strategy === 'restart' && service.ready.some(({ kind }) => kind === 'log'))
    report('CG1602', 'ready', [
      'after a `restart`, a `log` probe would find what was said before it',
      'ask in another way whether it is ready, or use the reset `recreate`',
    ]);
  if (service.reset.probe && (service.isolation === 'fresh' || strategy === 'recreate'))
    report('CG1602', 'reset', [`with ${once} there is nothing to probe`, 'leave out `probe`']);
  if (service.maxUses !== null && (service.isolation === 'fresh' || strategy === 'recreate'))
    report('CG1602', 'max_uses', [`with ${once} a container is used once`, 'leave out `max_uses`']);
  if (maxContainers !== null && prewarm > maxContainers)
    report('CG1602', 'prewarm', [
      `${prewarm} containers are more than its \`max_containers\` of ${maxContainers}`,
      'lower the one or raise the other',
    ]);
}
