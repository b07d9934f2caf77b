/** The user's Docker configuration (`config.json`): which context is current, and where registry credentials are. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';

/** The parts of a process's environment that Docker's own client heeds. */
export type DockerEnvironment = Readonly<Record<string, string | undefined>>;

export interface DockerConfig {
  /** Where `config.json` and the contexts are. */
  directory: string;
  currentContext: string | null;
  auths: Readonly<Record<string, StoredAuth>>;
  credHelpers: Readonly<Record<string, string>>;
  credsStore: string | null;
}

export interface StoredAuth {
  /** Base64 of `user:password`. */
  auth?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/** A missing file is an empty one; one that cannot be read or parsed is `bad_usage`. */
export async function readDockerConfig(
  environment: DockerEnvironment,
  homeDirectory: string,
): Promise<DockerConfig> {
  const directory = environment['DOCKER_CONFIG'] ?? join(homeDirectory, '.docker');
  const stored = await readStored(join(directory, 'config.json'));
  return {
    directory,
    currentContext: stored.currentContext ?? null,
    auths: stored.auths ?? {},
    credHelpers: stored.credHelpers ?? {},
    credsStore: stored.credsStore ?? null,
  };
}

type StoredConfig = Partial<Omit<DockerConfig, 'directory' | 'currentContext' | 'credsStore'>> & {
  currentContext?: string;
  credsStore?: string;
};

async function readStored(path: string): Promise<StoredConfig> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as StoredConfig;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new GridError('bad_usage', `cannot use ${path}: ${messageOf(error)}`, { cause: error });
  }
}
