/** The process that cleans up on a host when nobody else lives (`start-janitor.ts` starts it): `compose-janitor STATE_DIRECTORY`. */

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import { keepClean } from '@cleangrid/agent/keep-clean.ts';
import { invariant } from '@cleangrid/core/errors.ts';
import { systemClock as clock } from '@cleangrid/core/system-clock.ts';
import { openProcessTerminal } from './adapters/process-terminal.ts';
import { systemIds as ids } from './adapters/system-ids.ts';
import { readConfig } from './config.ts';
import { openLog } from './open-log.ts';

const [stateDirectory] = process.argv.slice(2);
invariant(stateDirectory !== undefined, 'the janitor is told whose state it looks after');
const config = readConfig();
const terminal = openProcessTerminal(config);
const log = await openLog({ stateDirectory, shownFrom: null, terminal });
const ledger = openLedger(stateDirectory, { clock, ids });
const broom = ledger.takeBroom();
if (broom) {
  const runtime = await openDocker({ environment: config.environment, homeDirectory: homedir(), clock });
  const logger = log.logger.child({ process: 'janitor' });
  await keepClean({
    runtime,
    ledger,
    clock,
    logger,
    isStateGone: () => !existsSync(join(stateDirectory, 'lives')),
  });
  broom.putBack();
}
ledger.close();
log.close();
