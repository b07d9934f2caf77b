/** The commands for the containers that runs keep on this machine. */

import { containersListedDefault } from '@cleangrid/core/limits.ts';
import type { Command } from 'commander';
import { wholeNumber } from './flag-values.ts';
import type { Handlers, PoolOptions, PoolRemoveOptions } from './handlers.ts';
import { poolExamples } from './help-texts.ts';

export function addPool(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    // So that the flags of `rm` are its own.
    .enablePositionalOptions()
    .option('--json', 'print all of the list as JSON')
    .option('--limit <n>', 'containers on a page', wholeNumber, containersListedDefault)
    .option('--page <n>', 'which page', wholeNumber, 1)
    .addHelpText('after', poolExamples)
    .action(async (options: PoolOptions) => done(await handlers.pool(options)));
  command
    .command('rm')
    .description('remove containers that no living run uses')
    .argument('[names...]', 'containers, or services and images for all of theirs')
    .option('--all', 'every container that no living run uses', false)
    .option('--orphans', 'what belongs to state directories that are gone; names are those of ledgers', false)
    .helpOption('-h, --help', 'show this help')
    .action(async (names: string[], options: PoolRemoveOptions) =>
      done(await handlers.poolRemove(names, options)),
    );
}
