import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FoundCredentials, findCredentials, registryOf } from './credentials.ts';
import type { DockerConfig } from './docker-config.ts';

const empty: DockerConfig = {
  directory: '/nowhere',
  currentContext: null,
  auths: {},
  credHelpers: {},
  credsStore: null,
};
const gridSecret = Buffer.from('grid:se:cret').toString('base64');
const hub = 'https://index.docker.io/v1/';

describe('registryOf', () => {
  it.each([
    ['postgres:15', hub],
    ['library/postgres', hub],
    ['docker.io/library/postgres', hub],
    ['registry.example/team/app:1', 'registry.example'],
    ['localhost/app', 'localhost'],
    ['127.0.0.1:5000/app@sha256:00', '127.0.0.1:5000'],
  ])('of %s is %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

describe('findCredentials', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleangrid-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  function find(registry: string, config: Partial<DockerConfig>): Promise<FoundCredentials> {
    const path = `${directory}${delimiter}${process.env['PATH']}`;
    return findCredentials(registry, { config: { ...empty, ...config }, environment: { PATH: path } });
  }

  async function installHelper(name: string, script: string): Promise<void> {
    const path = join(directory, `docker-credential-${name}`);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  it('finds none where none are stored', async () => {
    expect(await find('r', {})).toEqual({ auth: null, problem: null });
  });

  it.each(['registry.example', 'https://registry.example', 'https://registry.example/v1/'])(
    'finds what `docker login` stored under %s',
    async (server) => {
      const { auth } = await find('registry.example', { auths: { [server]: { auth: gridSecret } } });
      expect(auth).toEqual({ serveraddress: 'registry.example', username: 'grid', password: 'se:cret' });
    },
  );

  it('finds tokens', async () => {
    const { auth } = await find(hub, { auths: { [hub]: { identitytoken: 'token' } } });
    expect(auth).toEqual({ serveraddress: hub, identitytoken: 'token' });
  });

  it("asks the registry's helper, else the store", async () => {
    await installHelper(
      'one',
      `read -r server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"one\\"}"`,
    );
    await installHelper('two', `echo '{"Username":"<token>","Secret":"two"}'`);
    const config = { credHelpers: { r1: 'one' }, credsStore: 'two' };
    expect((await find('r1', config)).auth).toEqual({
      serveraddress: 'r1',
      username: 'r1',
      password: 'one',
    });
    expect((await find('r2', config)).auth).toEqual({ serveraddress: 'r2', identitytoken: 'two' });
  });

  it('pulls anonymously where a helper has nothing, and where it fails tells why', async () => {
    await installHelper('none', 'echo "credentials not found in native keychain"; exit 1');
    expect(await find('r', { credsStore: 'none' })).toEqual({ auth: null, problem: null });
    await installHelper('broken', 'echo "the keychain is locked"; exit 1');
    expect(await find('r', { credsStore: 'broken' })).toEqual({
      auth: null,
      problem: 'docker-credential-broken: the keychain is locked',
    });
    expect((await find('r', { credsStore: 'missing' })).problem).toContain('docker-credential-missing');
  });
});
