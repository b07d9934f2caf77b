/** The commands for the containers that runs keep on this machine. */

import type { Command } from 'commander';
import type { Handlers, PoolOptions, PoolRemoveOptions } from './handlers.ts';
import { poolExamples } from './help-texts.ts';

export function addPool(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .option('--json', 'print the list as JSON')
    .addHelpText('after', poolExamples)
    .action(async (options: PoolOptions) => done(await handlers.pool(options)));
  command
    .command('rm')
    .description('remove containers that no living run uses')
    .argument('[names...]', 'containers, or services and images for all of theirs')
    .option('--all', 'every container that no living run uses', false)
    .helpOption('-h, --help', 'show this help')
    .action(async (names: string[], options: PoolRemoveOptions) =>
      done(await handlers.poolRemove(names, options)),
    );
}
