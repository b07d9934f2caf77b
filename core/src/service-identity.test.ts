import fc from 'fast-check';
import { expect, test } from 'vitest';
import { id } from './ids.ts';
import type { PlannedService } from './plan.ts';
import { encodeServiceIdentity, type ServiceSubject } from './service-identity.ts';
import { compileText, suiteWith } from './suite/compile-text.ts';

const service: PlannedService = {
  name: id('db'),
  image: 'postgres:15',
  env: { B: '2', A: '1' },
  command: null,
  tmpfs: ['/b', '/a'],
  mounts: [{ source: 'conf', target: '/conf', readOnly: true }],
  ready: [{ kind: 'port', port: 1 }],
  readyTimeoutMs: 1,
  limits: { memoryBytes: null, cpus: null, pids: null },
  isolation: 'reset',
  reset: { strategy: 'postgres.template', database: 'd', user: 'u', setup: ['sql/a.sql'], probe: null },
  port: 1,
  maxUses: null,
  maxAgeMs: 1,
  maxContainers: null,
  prewarm: 0,
  healthIntervalMs: 1,
  source: { file: 'a', line: 1, column: 1 },
};

/** Every field once, with another value. */
const changed: { [Field in keyof PlannedService]: PlannedService[Field] } = {
  name: id('database'),
  image: 'postgres:16',
  env: { B: '2', A: '2' },
  command: [],
  tmpfs: ['/b'],
  mounts: [],
  ready: [{ kind: 'port', port: 2 }],
  readyTimeoutMs: 2,
  limits: { memoryBytes: null, cpus: 1, pids: null },
  isolation: 'shared',
  reset: { strategy: 'postgres.template', database: 'd', user: 'u', setup: ['sql/a.sql'], probe: ['true'] },
  port: null,
  maxUses: 1,
  maxAgeMs: 2,
  maxContainers: 1,
  prewarm: 1,
  healthIntervalMs: 2,
  source: { file: 'a', line: 2, column: 1 },
};

const irrelevant = ['name', 'image', 'source', 'maxContainers', 'prewarm', 'healthIntervalMs'];

const file = (path: string, content = '0'): ServiceSubject['files'][number] => ({
  path,
  sha256: id(content.repeat(64)),
  byteCount: 1,
  executable: false,
});

const subject: ServiceSubject = {
  imageId: 'sha256:1',
  service,
  files: [file('conf/x'), file('sql/a.sql'), file('tests/t')],
  trustDomain: 'alice',
};

const encoded = (changes: Partial<ServiceSubject>): string =>
  new TextDecoder().decode(encodeServiceIdentity({ ...subject, ...changes }));

const same = encoded({});

test.each(Object.entries(changed))('another %s is another container only if it matters', (field, value) => {
  const other = encoded({ service: { ...service, [field]: value } });
  expect(other === same).toBe(irrelevant.includes(field));
});

test('the fields that are tried are those that services have', () => {
  const planned = compileText(suiteWith({})).plan?.suites[0]?.services ?? {};
  expect(Object.values(planned).map((one) => Object.keys(one).sort())).toEqual([Object.keys(changed).sort()]);
});

test.each<[string, Partial<ServiceSubject>]>([
  ['image', { imageId: 'sha256:2' }],
  ['trust domain', { trustDomain: 'bob' }],
  ['mounted file', { files: [file('conf/x', '1'), file('sql/a.sql')] }],
  ['mounted file that may be run', { files: [{ ...file('conf/x'), executable: true }, file('sql/a.sql')] }],
  ['mounted file more', { files: [file('conf/x'), file('conf/y'), file('sql/a.sql')] }],
  ['setup file', { files: [file('conf/x'), file('sql/a.sql', '1')] }],
])('another %s is another container', (_what, changes) => {
  expect(encoded(changes)).not.toBe(same);
});

test('a file that the service does not use does not matter, nor the order of files', () => {
  expect(encoded({ files: [file('sql/a.sql'), file('conf/x'), file('configuration'), file('sql')] })).toBe(
    same,
  );
});

test('everything is used of a mounted workspace', () => {
  const mounted = { ...service, mounts: [{ source: '.', target: '/all', readOnly: true }] };
  expect(encoded({ service: mounted })).not.toBe(encoded({ service: mounted, files: [file('conf/x')] }));
});

test('the order of tables does not matter, however they are written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (env) => {
      const reversed = Object.fromEntries(Object.entries(env).toReversed());
      const there = encoded({ service: { ...service, env } });
      expect(encoded({ service: { ...service, env: reversed } })).toBe(there);
    }),
  );
});

test('two environments are one container only if they are equal', () => {
  const env = fc.dictionary(fc.constantFrom('A', 'B', 'a","B'), fc.constantFrom('', '1', '1","B":"2'));
  const sorted = (table: object): unknown => Object.entries(table).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const equal = (left: object, right: object): boolean =>
    JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
  fc.assert(
    fc.property(env, env, (left, right) => {
      const one = encoded({ service: { ...service, env: left } });
      expect(one === encoded({ service: { ...service, env: right } })).toBe(equal(left, right));
    }),
  );
});
