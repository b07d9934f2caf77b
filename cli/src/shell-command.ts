/** The command for a look inside a container of this machine. */

import type { Command } from 'commander';
import type { Handlers } from './handlers.ts';
import { shellExamples } from './help-texts.ts';

export function addShell(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<container>', 'a service or image of cleangrid pool, a lease, or the beginning of a name')
    .argument('[command...]', 'what to run there, after --, where it has flags (default: bash, else sh)')
    .addHelpText('after', shellExamples)
    .action(async (container: string, argv: string[]) => done(await handlers.shell(container, argv)));
}
