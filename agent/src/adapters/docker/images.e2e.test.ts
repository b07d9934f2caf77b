import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerRuntime } from '../../container-runtime.ts';
import { archive } from '../../contract/archives.ts';
import { codeOf } from '../../contract/code-of.ts';
import type { PullProgress } from '../../images.ts';
import { connect } from './connect.ts';
import { readDockerConfig } from './docker-config.ts';
import { openDocker } from './docker-runtime.ts';
import { findEndpoint } from './find-endpoint.ts';
import { registryUser, startRegistry, type TestRegistry } from './registry-for-tests.ts';

describe('pulling an image', () => {
  let directory: string;
  let registry: TestRegistry;
  let docker: Docker;
  let image: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cleangrid-'));
    registry = await startRegistry();
    docker = connect(await findEndpoint(process.env, await readDockerConfig(process.env, directory)));
    image = `${registry.address}/cleangrid-test/pulled:1`;
    await pushImage(docker, image);
  });
  afterAll(async () => {
    await docker
      .getImage(image)
      .remove()
      .catch(() => {});
    await registry.stop();
    await rm(directory, { recursive: true });
  });

  /** The same daemon, used by somebody with this Docker configuration. */
  async function runtimeOf(config: object): Promise<ContainerRuntime> {
    const configDirectory = join(directory, randomBytes(4).toString('hex'));
    await mkdir(configDirectory);
    await writeFile(join(configDirectory, 'config.json'), JSON.stringify(config));
    const path = `${directory}${delimiter}${process.env['PATH']}`;
    const environment = { ...process.env, PATH: path, DOCKER_CONFIG: configDirectory };
    return openDocker({ environment, homeDirectory: directory, clock: systemClock });
  }

  function loggedIn(password = registryUser.password): Promise<ContainerRuntime> {
    const auth = Buffer.from(`${registryUser.username}:${password}`).toString('base64');
    return runtimeOf({ auths: { [registry.address]: { auth } } });
  }

  async function removeLocally({ images }: ContainerRuntime): Promise<void> {
    await docker.getImage(image).remove();
    expect(await codeOf(images.get(image))).toBe('image_missing');
  }

  it('brings it, with progress, by the credentials of the configuration', async () => {
    const runtime = await loggedIn();
    await removeLocally(runtime);
    const told: PullProgress[] = [];
    await runtime.images.pull(image, (progress) => told.push(progress));
    expect(await runtime.images.get(image)).toMatchObject({ id: expect.stringMatching(/^sha256:/) });
    expect(told.at(-1)).toMatchObject({ layersDone: 1, layersTotal: 1 });
    expect(told.at(-1)?.bytesTotal).toBeGreaterThan(1_000_000);
    expect(told.at(-1)?.bytesDone).toBe(told.at(-1)?.bytesTotal);
  });

  it('brings it by the credentials of a helper', async () => {
    const answer = JSON.stringify({ Username: registryUser.username, Secret: registryUser.password });
    const helper = join(directory, 'docker-credential-test');
    await writeFile(helper, `#!/bin/sh\necho '${answer}'\n`);
    await chmod(helper, 0o755);
    const runtime = await runtimeOf({ credHelpers: { [registry.address]: 'test' } });
    await removeLocally(runtime);
    await runtime.images.pull(image, () => {});
    expect(await codeOf(runtime.images.get(image))).toBe('no error');
  });

  it.each(['cleangrid-test/pulled:2', 'cleangrid-test/none:1'])(
    'says that %s does not exist',
    async (name) => {
      const { images } = await loggedIn();
      expect(await codeOf(images.pull(`${registry.address}/${name}`, () => {}))).toBe('image_missing');
    },
  );

  it('says that these credentials may not, or that there are none', async () => {
    const wrong = await loggedIn('wrong');
    expect(await codeOf(wrong.images.pull(image, () => {}))).toBe('pull_refused');
    const nobody = await runtimeOf({});
    expect(await codeOf(nobody.images.pull(image, () => {}))).toBe('pull_refused');
    const helpless = await runtimeOf({ credsStore: 'missing' });
    await expect(helpless.images.pull(image, () => {})).rejects.toMatchObject({
      code: 'pull_refused',
      hint: expect.stringContaining('docker-credential-missing'),
    });
  });

  it('ends when told to', async () => {
    const { images } = await loggedIn();
    const reason = new Error('enough');
    await expect(images.pull(image, () => {}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('says that a registry cannot be reached', async () => {
    const other = await startRegistry();
    await other.stop();
    const { images } = await loggedIn();
    expect(await codeOf(images.pull(`${other.address}/x:1`, () => {}))).toBe('unavailable');
  });
});

/** An image of one layer that exists nowhere else. */
async function pushImage(docker: Docker, name: string): Promise<void> {
  const layer = await archive({ content: randomBytes(2_000_000).toString('hex') });
  const [repo, tag] = [name.slice(0, name.lastIndexOf(':')), name.slice(name.lastIndexOf(':') + 1)];
  const imported = await docker.importImage(Readable.from([layer]), { repo, tag });
  await finish(docker, imported);
  await finish(
    docker,
    await docker.getImage(name).push({ authconfig: { ...registryUser, serveraddress: '' } }),
  );
}

function finish(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, messages: { error?: string }[]) => {
      const failure = messages.find((message) => message.error)?.error;
      if (error || failure !== undefined) reject(error ?? new Error(failure));
      else resolve();
    });
  });
}
