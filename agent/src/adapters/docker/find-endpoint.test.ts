import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../contract/code-of.ts';
import { connect } from './connect.ts';
import { type DockerEnvironment, readDockerConfig } from './docker-config.ts';
import { type DockerEndpoint, findEndpoint } from './find-endpoint.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cleangrid-'));
});
afterEach(() => rm(home, { recursive: true }));

async function writeBelow(path: string, content: string): Promise<void> {
  await mkdir(join(home, path, '..'), { recursive: true });
  await writeFile(join(home, path), content);
}

async function writeContext(name: string, host: string): Promise<string> {
  const digest = createHash('sha256').update(name).digest('hex');
  const meta = { Name: name, Endpoints: { docker: { Host: host } } };
  await writeBelow(`.docker/contexts/meta/${digest}/meta.json`, JSON.stringify(meta));
  return digest;
}

async function find(environment: DockerEnvironment): Promise<DockerEndpoint> {
  return findEndpoint(environment, await readDockerConfig(environment, home));
}

describe('findEndpoint', () => {
  it('takes the default socket where nothing else is said', async () => {
    expect(await find({})).toEqual({ url: 'unix:///var/run/docker.sock', tls: null });
  });

  it('takes the current context, with its certificates', async () => {
    await writeBelow('.docker/config.json', JSON.stringify({ currentContext: 'far' }));
    const digest = await writeContext('far', 'tcp://far:2376');
    expect(await find({})).toEqual({ url: 'tcp://far:2376', tls: null });
    await writeBelow(`.docker/contexts/tls/${digest}/docker/ca.pem`, 'CA');
    expect(await find({})).toEqual({ url: 'tcp://far:2376', tls: { ca: 'CA', cert: null, key: null } });
  });

  it('prefers DOCKER_CONTEXT to the configuration, and DOCKER_HOST to both', async () => {
    await writeBelow('.docker/config.json', JSON.stringify({ currentContext: 'far' }));
    await writeContext('far', 'tcp://far:2376');
    await writeContext('near', 'unix:///near.sock');
    expect(await find({ DOCKER_CONTEXT: 'near' })).toMatchObject({ url: 'unix:///near.sock' });
    expect(await find({ DOCKER_CONTEXT: 'default' })).toMatchObject({ url: 'unix:///var/run/docker.sock' });
    const both = { DOCKER_CONTEXT: 'near', DOCKER_HOST: 'tcp://other:1' };
    expect(await find(both)).toEqual({ url: 'tcp://other:1', tls: null });
  });

  it('uses certificates with DOCKER_HOST when DOCKER_TLS_VERIFY says so', async () => {
    await writeBelow('certs/ca.pem', 'CA');
    const environment = {
      DOCKER_HOST: 'tcp://x:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(home, 'certs'),
    };
    expect((await find(environment)).tls).toEqual({ ca: 'CA', cert: null, key: null });
  });

  it('reads the configuration where DOCKER_CONFIG says', async () => {
    await writeBelow('elsewhere/config.json', JSON.stringify({ currentContext: 'missing' }));
    expect(await codeOf(find({ DOCKER_CONFIG: join(home, 'elsewhere') }))).toBe('bad_usage');
  });

  it('refuses a configuration that it cannot read', async () => {
    await writeBelow('.docker/config.json', '{');
    expect(await codeOf(find({}))).toBe('bad_usage');
  });
});

describe('connect', () => {
  it('does not fall back to what dockerode finds in the environment', () => {
    const previous = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://elsewhere:1';
    const { modem } = connect({ url: 'unix:///x.sock', tls: null });
    if (previous === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = previous;
    expect(modem).toMatchObject({ socketPath: '/x.sock', protocol: 'http' });
    expect(modem).toHaveProperty('host', undefined);
  });

  it('speaks TLS where there are certificates', () => {
    const tls = { ca: 'CA', cert: 'C', key: 'K' };
    const { modem } = connect({ url: 'tcp://far', tls });
    expect(modem).toMatchObject({
      host: 'far',
      port: 2376,
      protocol: 'https',
      ca: 'CA',
      cert: 'C',
      key: 'K',
    });
    expect(connect({ url: 'far:2375', tls: null }).modem).toMatchObject({ port: '2375', protocol: 'http' });
  });

  it('refuses what it cannot speak, and says what works', () => {
    expect(() => connect({ url: 'ssh://far', tls: null })).toThrow(
      expect.objectContaining({ code: 'bad_usage', hint: expect.stringContaining('ssh -nNT') }),
    );
  });
});
