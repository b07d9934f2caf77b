/** The commands that run suites, and the flags that choose what is run and how. */

import { traceModesAsked } from '@cleangrid/core/trace/trace-mode.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration, variable, wholeNumber } from './flag-values.ts';
import { addDetail, addSettings } from './grid-commands.ts';
import { clientSettings, otlpSettings, traceSettings } from './grid-settings.ts';
import {
  type Handlers,
  logLevels,
  type RecordOptions,
  type ReproOptions,
  type RunOptions,
} from './handlers.ts';
import { recordExamples, reproExamples, runExamples } from './help-texts.ts';

/** Kept in one place, so that the flags of all commands read alike. */
const flags = {
  paths:
    'suite files, and folders that stand for every *.cleangrid.toml and *.cleangrid.yaml in them (default: .)',
  select:
    'only scenarios with PATTERN in their name; also a glob, a file, a folder or FILE:LINE (repeatable)',
  tag: 'only scenarios with this tag, or without it when written as !TAG (repeatable)',
  var: 'value of a variable that a suite declares in [vars] (repeatable)',
  imageAlias: 'use the image TO where a suite says FROM (repeatable; also CLEANGRID_IMAGE_ALIASES)',
};

export function addRun(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addRunFlags(addTraceMode(addSelection(command)))
    .addOption(
      new Option('--detach', 'only submit to the grid, print the run id and end').conflicts([
        'junit',
        'json',
        'digest',
      ]),
    )
    .addHelpText('after', runExamples)
    .action(async (paths: string[], options: RunOptions) => done(await handlers.run(paths, options)));
}

export function addRecord(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addRunFlags(addTraceMode(addSelection(command)))
    .requiredOption('-o, --output <file>', 'where the recording is written')
    .addHelpText('after', recordExamples)
    .action(async (paths: string[], options: RecordOptions) => done(await handlers.record(paths, options)));
}

export function addRepro(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addRunFlags(command)
    .argument('<file>', 'what cleangrid record wrote')
    .option('--verify-digest', 'exit with 0 when the same came of it, else with 1, whatever the verdicts')
    .addHelpText('after', reproExamples)
    .action(async (file: string, options: ReproOptions) => done(await handlers.repro(file, options)));
}

/** How a run is made and shown, whatever it is of. */
function addRunFlags(command: Command): Command {
  addDetail(command)
    .option('--slots <n>', 'scenarios that run at once (default: the number of CPUs)', wholeNumber)
    .option(
      '--no-keep-warm',
      'remove every container that this run used or made, also those that the next run could use',
    )
    .option('--image-alias <from=to>', flags.imageAlias, alias, [])
    .addOption(
      new Option(
        '--log-level <level>',
        'show the log on stderr, from this level (also CLEANGRID_LOG)',
      ).choices(logLevels),
    );
  return addSettings(command, [...clientSettings, ...otlpSettings, ...traceSettings]).option(
    '--wait-agents <duration>',
    'give up when no agent could run anything for so long (default: 2min)',
    duration,
  );
}

function addTraceMode(command: Command): Command {
  return command.addOption(
    new Option(
      '--trace-mode <mode>',
      'spans in one trace, in one for each attempt, or none; auto: by the size of the run',
    )
      .choices(traceModesAsked)
      .default('auto'),
  );
}

export function addSuites(command: Command): Command {
  return command.argument('[paths...]', flags.paths).option('--var <name=value>', flags.var, variable, {});
}

export function addSelection(command: Command): Command {
  return addSuites(command)
    .option('--select <pattern>', flags.select, repeated, [])
    .option('--tag <tag>', flags.tag, repeated, []);
}

function repeated(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

function alias(text: string, earlier: string[]): string[] {
  if (!/^[^=]+=[^=]+$/u.test(text)) throw new InvalidArgumentError('It is written as FROM=TO.');
  return [...earlier, text];
}
