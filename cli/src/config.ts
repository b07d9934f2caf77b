/** The one file that reads the environment. Flags win over it; what neither says has its default here. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Config {
  /** Holds the history, the log and the ledger; made when first needed. */
  stateDirectory: string;
  /** Null: decided by each stream. */
  colors: boolean | null;
  /** A CI server records the output: nothing is rewritten. */
  isCi: boolean;
  /** `CLEANGRID_LOG`: also show the log, from this level. */
  logLevel: string | null;
  /** `CLEANGRID_IMAGE_ALIASES`: `FROM=TO` separated by commas or spaces. */
  imageAliases: string[];
  /** `CLEANGRID_TOKEN`: what all of a grid share. */
  token: string | null;
  /** All of it: for settings that are flags too (`grid-settings.ts`), and for what follows the conventions of others: Docker's client. */
  environment: NodeJS.ProcessEnv;
}

export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const value = (name: string): string | null => environment[name] || null;
  const ci = value('CI');
  return {
    stateDirectory: stateDirectory(value),
    colors: colors(environment),
    isCi: ci !== null && ci !== 'false' && ci !== '0',
    logLevel: value('CLEANGRID_LOG'),
    imageAliases: (value('CLEANGRID_IMAGE_ALIASES') ?? '').split(/[\s,]+/u).filter((alias) => alias !== ''),
    token: value('CLEANGRID_TOKEN'),
    environment,
  };
}

function stateDirectory(value: (name: string) => string | null): string {
  const own = value('CLEANGRID_STATE_DIR');
  if (own !== null) return resolve(own);
  return join(value('XDG_STATE_HOME') ?? join(homedir(), '.local', 'state'), 'cleangrid');
}

/** https://no-color.org and https://force-color.org: what is set and not empty counts; FORCE_COLOR=0 forces none. */
function colors(environment: NodeJS.ProcessEnv): boolean | null {
  const forced = environment['FORCE_COLOR'];
  if (forced) return forced !== '0' && forced !== 'false';
  if (environment['NO_COLOR']) return false;
  return environment['TERM'] === 'dumb' ? false : null;
}
