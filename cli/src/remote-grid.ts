/** Which grid a command is for: flags and environment say it; nothing said is the Docker of this machine. */

import type { Config } from './config.ts';
import { clientSettings } from './grid-settings.ts';
import { type GrpcTransport, readGrpcTransport } from './read-transport.ts';
import type { RunGrid } from './run-grid.ts';
import { type Address, type SettingFlags, Settings } from './settings.ts';

export interface RemoteGrid extends RunGrid {
  /** `host:port`. */
  address: string;
}

export interface RemoteGridOptions {
  address: Address;
  transport: GrpcTransport;
}

/** Null where no grid is named. Throws `bad_usage`. */
export async function readRemoteGrid(flags: SettingFlags, config: Config): Promise<RemoteGridOptions | null> {
  const settings = new Settings(clientSettings, {
    flags,
    environment: config.environment,
    file: new Map(),
  });
  const address = settings.address('grid');
  if (address === null) return null;
  const transport = await readGrpcTransport(settings, {
    purpose: 'dial',
    host: address.host,
    environmentToken: config.token,
  });
  return { address, transport };
}
