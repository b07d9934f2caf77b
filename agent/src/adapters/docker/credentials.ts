/** The user's credentials for a registry, found where Docker's own client finds them: credential helpers, the credential store, `auths`. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { messageOf } from '@cleangrid/core/errors.ts';
import { credentialHelperMsMax } from '@cleangrid/core/limits.ts';
import type { DockerConfig, DockerEnvironment, StoredAuth } from './docker-config.ts';

export interface RegistryAuth {
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
  serveraddress: string;
}

export interface FoundCredentials {
  /** Null: pull anonymously. */
  auth: RegistryAuth | null;
  /** Why a configured helper gave none; worth telling when the pull is refused. */
  problem: string | null;
}

/** Docker Hub's key in every configuration, for historical reasons. */
const hubServer = 'https://index.docker.io/v1/';

/** The registry an image's name means: its first component if that looks like a host, else Docker Hub. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost && first !== 'docker.io' ? first : hubServer;
}

/** Never rejects: a public image needs no credentials. */
export async function findCredentials(
  registry: string,
  { config, environment }: { config: DockerConfig; environment: DockerEnvironment },
): Promise<FoundCredentials> {
  const helper = config.credHelpers[registry] ?? config.credsStore;
  if (!helper) return { auth: storedAuth(registry, config), problem: null };
  try {
    return { auth: await askHelper(helper, registry, environment), problem: null };
  } catch (error) {
    return { auth: null, problem: `docker-credential-${helper}: ${messageOf(error)}` };
  }
}

function storedAuth(registry: string, config: DockerConfig): RegistryAuth | null {
  const entry = Object.entries(config.auths).find(([server]) => hostOf(server) === hostOf(registry));
  return entry ? decode(entry[1], registry) : null;
}

/** Old entries are URLs, new ones hosts. */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function decode({ auth, identitytoken, registrytoken }: StoredAuth, registry: string): RegistryAuth {
  const [username = '', ...password] = Buffer.from(auth ?? '', 'base64')
    .toString()
    .split(':');
  return {
    serveraddress: registry,
    ...(auth && { username, password: password.join(':').replace(/\0+$/, '') }),
    ...(identitytoken && { identitytoken }),
    ...(registrytoken && { registrytoken }),
  };
}

interface HelperAnswer {
  Username: string;
  Secret: string;
}

/** The helpers' word for "none stored": no error. */
const notStored = /credentials not found/i;

async function askHelper(
  helper: string,
  registry: string,
  environment: DockerEnvironment,
): Promise<RegistryAuth | null> {
  const child = spawn(`docker-credential-${helper}`, ['get'], {
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: credentialHelperMsMax,
    killSignal: 'SIGKILL',
  });
  // a helper that does not read its input is no trouble of ours
  child.stdin.on('error', () => {});
  child.stdin.end(registry);
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code === 0) return fromHelper(JSON.parse(said) as HelperAnswer, registry);
  if (notStored.test(said)) return null;
  throw new Error(said.trim() || `ended with ${code ?? 'a signal'}`);
}

function fromHelper({ Username, Secret }: HelperAnswer, registry: string): RegistryAuth {
  // by convention this user name says that the secret is a token
  if (Username === '<token>') return { identitytoken: Secret, serveraddress: registry };
  return { username: Username, password: Secret, serveraddress: registry };
}
