/** Which Docker daemon the user means: DOCKER_HOST, else the CLI's current context, else the default socket. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';

export const defaultSocket = '/var/run/docker.sock';

/** Options for dockerode; empty where it reads DOCKER_HOST and its TLS variables itself. */
export function findDockerEndpoint(): Docker.DockerOptions {
  if (process.env['DOCKER_HOST']) return {};
  const host = contextHost();
  if (host === null) return { socketPath: defaultSocket };
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  const { protocol, hostname, port } = new URL(host);
  return { protocol: protocol === 'ssh:' ? 'ssh' : 'http', host: hostname, port: Number(port) || 2375 };
}

/** As people write it: `unix:///var/run/docker.sock`. */
export function describeDockerEndpoint(): string {
  return process.env['DOCKER_HOST'] ?? contextHost() ?? `unix://${defaultSocket}`;
}

function contextHost(): string | null {
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const config = readJson(join(folder, 'config.json')) as { currentContext?: string } | null;
  const context = process.env['DOCKER_CONTEXT'] ?? config?.currentContext ?? 'default';
  if (context === 'default') return null;
  const digest = createHash('sha256').update(context).digest('hex');
  const meta = readJson(join(folder, 'contexts/meta', digest, 'meta.json')) as ContextMeta | null;
  return meta?.Endpoints?.docker?.Host ?? null;
}

interface ContextMeta {
  Endpoints?: { docker?: { Host?: string } };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
