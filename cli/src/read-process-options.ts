/** Flags, environment and configuration file → what `coordinator` and `agent` are started with. */

import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { GridError, invariant } from '@cleangrid/core/errors.ts';
import { type AgentId, id } from '@cleangrid/core/ids.ts';
import { slotsMax } from '@cleangrid/core/limits.ts';
import type { Config } from './config.ts';
import { type ConfiguredProcess, readConfigFile } from './config-file.ts';
import type { AgentProcessOptions, CoordinatorProcessOptions, ProcessOptions } from './grid-processes.ts';
import { type AgentName, agentSettings, type CoordinatorName, coordinatorSettings } from './grid-settings.ts';
import { readGrpcTransport, readNatsTransport } from './read-transport.ts';
import { readOtlp } from './read-otlp.ts';
import { traceUrlOf } from './trace-links.ts';
import { type Setting, type SettingFlags, Settings } from './settings.ts';

export interface ProcessSources {
  /** `config`: the configuration file. */
  flags: SettingFlags & { config?: string };
  config: Config;
  /** What paths are relative to. */
  cwd: string;
}

type Silent<Options> = Omit<Options, 'say'>;

/** Throws `bad_usage`, as the next one. */
export async function readCoordinatorOptions(
  sources: ProcessSources,
): Promise<Silent<CoordinatorProcessOptions>> {
  const settings = await openSettings('coordinator', coordinatorSettings, sources);
  const address = settings.address('listen');
  invariant(address, 'a coordinator listens somewhere by default');
  return {
    ...(await readCommon(settings, sources)),
    address,
    transport: await readGrpcTransport(settings, {
      purpose: 'listen',
      host: address.host,
      environmentToken: sources.config.token,
    }),
    stateDirectory: stateDirectory(settings, sources, 'coordinator'),
    otlp: await readOtlp(settings),
    traceUrl: traceUrlOf(settings),
  };
}

export async function readAgentOptions(sources: ProcessSources): Promise<Silent<AgentProcessOptions>> {
  const settings = await openSettings('agent', agentSettings, sources);
  const address = settings.address('coordinator');
  invariant(address, 'an agent has a coordinator by default');
  const name = settings.text('name') ?? hostname();
  if (!/^[\w.-]{1,100}$/u.test(name))
    throw new GridError('bad_usage', `'${name}' cannot be the name of an agent`, {
      hint: 'Use up to 100 letters, digits, dots, dashes and underscores.',
    });
  return {
    ...(await readCommon(settings, sources)),
    address,
    transport: await readGrpcTransport(settings, {
      purpose: 'dial',
      host: address.host,
      environmentToken: sources.config.token,
    }),
    stateDirectory: stateDirectory(settings, sources, join('agents', name)),
    name: id<AgentId>(name),
    slots: settings.wholeNumber('slots', { max: slotsMax }),
    imageAliases: settings.list('image-alias'),
    otlp: await readOtlp(settings),
  };
}

async function openSettings<Name extends string>(
  process: ConfiguredProcess,
  settings: readonly Setting<Name>[],
  { flags, config, cwd }: ProcessSources,
): Promise<Settings<Name>> {
  const { environment } = config;
  const path = flags.config ?? (environment['CLEANGRID_CONFIG'] || null);
  const file = path === null ? new Map<string, string>() : await readConfigFile(resolve(cwd, path), process);
  return new Settings(settings, { flags, environment, file });
}

async function readCommon(
  settings: Settings<CoordinatorName> | Settings<AgentName>,
  { config }: ProcessSources,
): Promise<Pick<ProcessOptions, 'nats' | 'health' | 'logLevel'>> {
  return {
    nats: await readNatsTransport(settings),
    health: settings.address('health'),
    logLevel: settings.text('log-level') ?? config.logLevel,
  };
}

function stateDirectory(
  settings: Settings<CoordinatorName> | Settings<AgentName>,
  { config, cwd }: ProcessSources,
  usual: string,
): string {
  const chosen = settings.text('state-dir');
  return chosen === null ? join(config.stateDirectory, usual) : resolve(cwd, chosen);
}
