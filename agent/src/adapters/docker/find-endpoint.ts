/** Finds the daemon as Docker's own client does: DOCKER_HOST, else the current context, else the default socket. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import type { DockerConfig, DockerEnvironment } from './docker-config.ts';

export interface DockerEndpoint {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`, `tcp://host:2376`. */
  url: string;
  tls: ClientTls | null;
}

/** PEM texts; a missing one is not used. */
export interface ClientTls {
  ca: string | null;
  cert: string | null;
  key: string | null;
}

const defaultUrl = 'unix:///var/run/docker.sock';

export async function findEndpoint(
  environment: DockerEnvironment,
  config: DockerConfig,
): Promise<DockerEndpoint> {
  const host = environment['DOCKER_HOST'];
  if (host) {
    const wantsTls = Boolean(environment['DOCKER_TLS_VERIFY']);
    const directory = environment['DOCKER_CERT_PATH'] || config.directory;
    return { url: host, tls: wantsTls ? await readTls(directory) : null };
  }
  const context = environment['DOCKER_CONTEXT'] || config.currentContext || 'default';
  return context === 'default' ? { url: defaultUrl, tls: null } : readContext(config.directory, context);
}

interface ContextMeta {
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/** Contexts are kept under the SHA-256 of their names. */
async function readContext(configDirectory: string, name: string): Promise<DockerEndpoint> {
  const digest = createHash('sha256').update(name).digest('hex');
  const path = join(configDirectory, 'contexts', 'meta', digest, 'meta.json');
  let meta: ContextMeta;
  try {
    meta = JSON.parse(await readFile(path, 'utf8')) as ContextMeta;
  } catch (error) {
    throw new GridError('bad_usage', `cannot read the Docker context "${name}": ${messageOf(error)}`, {
      cause: error,
      hint: '`docker context ls` lists the contexts, `docker context use` chooses one',
    });
  }
  const tls = await readTls(join(configDirectory, 'contexts', 'tls', digest, 'docker'));
  const hasTls = tls.ca !== null || tls.cert !== null;
  return { url: meta.Endpoints?.docker?.Host || defaultUrl, tls: hasTls ? tls : null };
}

async function readTls(directory: string): Promise<ClientTls> {
  const read = (file: string): Promise<string | null> => readIfThere(join(directory, file));
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  return { ca, cert, key };
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new GridError('bad_usage', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
