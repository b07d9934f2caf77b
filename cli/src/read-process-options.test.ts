import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { readAgentOptions, readCoordinatorOptions } from './read-process-options.ts';
import { readRemoteGrid } from './remote-grid.ts';
import type { SettingFlags } from './settings.ts';

const certificates = join(import.meta.dirname, '../../test/wire/certificates');

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cleangrid-options-'));
  const files = { cert: 'grid.pem', key: 'grid.key', ca: 'ca.pem' };
  for (const [name, file] of Object.entries(files)) copyFileSync(join(certificates, file), join(cwd, name));
  writeFileSync(join(cwd, 'token'), 'from-the-file\n');
});
afterEach(() => rmSync(cwd, { recursive: true }));

const sources = (flags: SettingFlags, environment: NodeJS.ProcessEnv = {}) => ({
  flags,
  config: readConfig({ CLEANGRID_STATE_DIR: '/state', ...environment }),
  cwd,
});
const withTls = (): SettingFlags => ({
  tlsCert: join(cwd, 'cert'),
  tlsKey: join(cwd, 'key'),
  tlsCa: join(cwd, 'ca'),
});

describe('a coordinator', () => {
  it('listens on loopback in plain text unless it is told otherwise', async () => {
    expect(await readCoordinatorOptions(sources({}))).toMatchObject({
      address: { text: '127.0.0.1:7443' },
      transport: { tls: null, introduction: { token: null }, words: 'plain text, loopback only' },
      nats: { address: '127.0.0.1:4222', servers: ['nats://127.0.0.1:4222'] },
      stateDirectory: '/state/coordinator',
      health: null,
      logLevel: null,
      traceUrl: null,
    });
  });

  it('says where traces can be looked at, where it was told', async () => {
    writeFileSync(join(cwd, 'grid.toml'), '[coordinator]\ntrace_url = "http://jaeger:16686"\n');
    expect(await readCoordinatorOptions(sources({ config: join(cwd, 'grid.toml') }))).toMatchObject({
      traceUrl: 'http://jaeger:16686/trace/{trace}?uiFind={span}',
    });
    await expect(readCoordinatorOptions(sources({ traceUrl: 'jaeger' }))).rejects.toThrow('--trace-url');
  });

  it('beyond loopback wants TLS and a token, or to be told that it is insecure', async () => {
    const listen = '0.0.0.0:7443';
    await expect(readCoordinatorOptions(sources({ listen }))).rejects.toThrow('needs TLS and a token');
    await expect(readCoordinatorOptions(sources({ listen, ...withTls() }))).rejects.toThrow('needs a token');
    const { transport } = await readCoordinatorOptions(sources({ listen, insecure: true }));
    expect(transport.words).toContain('INSECURE by request');
    const secured = await readCoordinatorOptions(
      sources({ listen, ...withTls() }, { CLEANGRID_TOKEN: 'exported' }),
    );
    expect(secured.transport.introduction.token).toBe('exported');
    expect(secured.transport.tls?.ca).toEqual(new Uint8Array(readFileSync(join(cwd, 'ca'))));
  });

  it('says which files of TLS do not belong together, and which are none', async () => {
    copyFileSync(join(certificates, 'stranger.key'), join(cwd, 'key'));
    await expect(readCoordinatorOptions(sources(withTls()))).rejects.toThrow(
      'the key of --tls-key does not belong to the certificate of --tls-cert',
    );
    writeFileSync(join(cwd, 'key'), 'no key');
    await expect(readCoordinatorOptions(sources(withTls()))).rejects.toThrow(
      'the files of --tls-cert, --tls-key and --tls-ca cannot be used',
    );
  });

  it('wants the same of NATS', async () => {
    const nats = 'nats://mail.example:4222';
    await expect(readCoordinatorOptions(sources({ nats }))).rejects.toThrow(
      'NATS at mail.example, beyond loopback, needs TLS and credentials',
    );
    const { nats: read } = await readCoordinatorOptions(sources({ nats, insecure: true }));
    expect(read.address).toBe('mail.example:4222');
  });

  it('takes the token file of a flag before the variable, and the variable before that of the configuration file', async () => {
    const exported = { CLEANGRID_TOKEN: 'exported' };
    writeFileSync(join(cwd, 'grid.toml'), `[coordinator]\ntoken_file = "${join(cwd, 'token')}"\n`);
    const tokenOf = async (flags: SettingFlags, environment: NodeJS.ProcessEnv) =>
      (await readCoordinatorOptions(sources(flags, environment))).transport.introduction.token;
    expect(await tokenOf({ tokenFile: join(cwd, 'token') }, exported)).toBe('from-the-file');
    expect(await tokenOf({ config: 'grid.toml' }, exported)).toBe('exported');
    expect(await tokenOf({ config: 'grid.toml' }, {})).toBe('from-the-file');
    expect(await tokenOf({}, { CLEANGRID_CONFIG: 'grid.toml' })).toBe('from-the-file');
  });

  it('refuses files that are not there and tokens of several lines', async () => {
    await expect(
      readCoordinatorOptions(sources({ ...withTls(), tlsKey: join(cwd, 'none') })),
    ).rejects.toThrow('cannot read the file of --tls-key');
    writeFileSync(join(cwd, 'token'), 'two\nlines\n');
    await expect(readCoordinatorOptions(sources({ tokenFile: join(cwd, 'token') }))).rejects.toThrow(
      'does not hold one line',
    );
  });
});

describe('an agent', () => {
  it('is called like its host, and keeps its state by that name', async () => {
    expect(await readAgentOptions(sources({}))).toMatchObject({ name: hostname(), slots: null });
    expect(await readAgentOptions(sources({ name: 'box-1', slots: '4' }))).toMatchObject({
      name: 'box-1',
      slots: 4,
      stateDirectory: '/state/agents/box-1',
    });
  });

  it('refuses a name that is none', async () => {
    for (const name of ['', 'a/b', '../up', 'two words'])
      await expect(readAgentOptions(sources({ name }))).rejects.toThrow('cannot be the name of an agent');
  });

  it('works for the grid that commands are for', async () => {
    const { address } = await readAgentOptions(sources({}, { CLEANGRID_GRID: 'localhost:1' }));
    expect(address.text).toBe('localhost:1');
  });
});

describe('a caller', () => {
  it('is for no grid where none is named', async () => {
    expect(await readRemoteGrid({}, readConfig({}))).toBeNull();
  });

  it('dials loopback in plain text, and nothing else unless it is told to', async () => {
    expect(await readRemoteGrid({ grid: '127.0.0.1:7443' }, readConfig({}))).toMatchObject({
      address: { port: 7443 },
      transport: { tls: null },
    });
    await expect(readRemoteGrid({}, readConfig({ CLEANGRID_GRID: 'grid:7443' }))).rejects.toThrow(
      'the coordinator at grid, beyond loopback, needs TLS and a token',
    );
  });
});
