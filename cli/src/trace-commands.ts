/** The commands that read what was traced of a run. */

import type { Command } from 'commander';
import { addSettings, runArgument } from './grid-commands.ts';
import { clientSettings, traceSettings } from './grid-settings.ts';
import type { Handlers, TraceOptions } from './handlers.ts';
import { traceExamples } from './help-texts.ts';

const scenarioHelp = 'only of this scenario: its name, or a part of it';

export function addTrace(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSettings(command, [...clientSettings, ...traceSettings])
    .argument('<run>', runArgument)
    .option('--scenario <name>', scenarioHelp)
    .option('--check', 'evaluate what the suites expect of spans again; exits with 1 where it is not met')
    .option('--json', 'print all spans, or what was checked, as JSON')
    .addHelpText('after', traceExamples)
    .action(async (run: string, options: TraceOptions) => done(await handlers.trace(run, options)));
}
