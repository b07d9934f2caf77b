/** The commands that read what was traced of a run, and compare runs. */

import { slowerPercentDefault } from '@cleangrid/core/limits.ts';
import type { Command } from 'commander';
import { wholeNumber } from './flag-values.ts';
import { addSettings, runArgument } from './grid-commands.ts';
import { clientSettings, traceSettings } from './grid-settings.ts';
import type { DiffOptions, Handlers, RedGreenOptions, SpansOptions, TraceOptions } from './handlers.ts';
import { diffExamples, redGreenExamples, spansExamples, traceExamples } from './help-texts.ts';

const scenarioHelp = 'only of this scenario: its name, or a part of it';

export function addTrace(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<run>', runArgument)
    .option('--scenario <name>', scenarioHelp)
    .option('--check', 'evaluate what the suites expect of spans again; exits with 1 where it is not met')
    .option('--json', 'print all spans, or what was checked, as JSON');
  addSettings(command, [...clientSettings, ...traceSettings])
    .addHelpText('after', traceExamples)
    .action(async (run: string, options: TraceOptions) => done(await handlers.trace(run, options)));
}

export function addSpans(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<run>', runArgument)
    .option('--grep <text>', 'only spans with this text, or what fits /a regular expression/')
    .option('--scenario <name>', scenarioHelp)
    .option('--json', 'print them as JSON');
  addSettings(command, clientSettings)
    .addHelpText('after', spansExamples)
    .action(async (run: string, options: SpansOptions) => done(await handlers.spans(run, options)));
}

export function addDiff(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<before>', runArgument)
    .argument('<after>', runArgument)
    .option('--slower <percent>', 'what took so much longer is slower', wholeNumber, slowerPercentDefault)
    .option('--json', 'print all differences as JSON');
  addSettings(command, clientSettings)
    .addHelpText('after', diffExamples)
    .action(async (before: string, after: string, options: DiffOptions) =>
      done(await handlers.diff(before, after, options)),
    );
}

export function addRedGreen(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<red>', `the run in which they failed: ${runArgument}`)
    .argument('<green>', 'the later run in which they pass')
    .option('--scenario <name>', scenarioHelp);
  addSettings(command, clientSettings)
    .addHelpText('after', redGreenExamples)
    .action(async (red: string, green: string, options: RedGreenOptions) =>
      done(await handlers.redGreen(red, green, options)),
    );
}
