/** The commands of a grid, their flags, and the flags that several commands share. */

import { Option, type Command } from 'commander';
import { duration, lines } from './flag-values.ts';
import {
  agentSettings,
  clientSettings,
  coordinatorSettings,
  gridSettings,
  traceSettings,
} from './grid-settings.ts';
import {
  agentExamples,
  cancelExamples,
  coordinatorExamples,
  logsExamples,
  statusExamples,
  watchExamples,
} from './help-texts.ts';
import { type Handlers, logLevels, type LogsOptions, type WatchOptions } from './handlers.ts';
import type { Setting, SettingFlags } from './settings.ts';

export const runArgument = 'a run id, the beginning of one, or "latest"';

export function addLogs(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<name>', `${runArgument}; or a service or image of cleangrid pool, or a lease`)
    .option(
      '-f, --follow',
      'go on with what comes, until the end of the run (needs a grid) or of the container',
    )
    .option('--tail <n>', 'of a container: begin with its last lines (0: none)', lines)
    .option('--since <duration>', 'of a container: begin with the lines of the last so much time', duration)
    .option('--json', 'of a container: a JSON object on each line');
  addSettings(command, clientSettings)
    .addHelpText('after', logsExamples)
    .action(async (name: string, options: LogsOptions) => done(await handlers.logs(name, options)));
}

export function addWatch(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSettings(addDetail(command), [...gridSettings, ...traceSettings])
    .argument('<run>', runArgument)
    .addHelpText('after', watchExamples)
    .action(async (run: string, options: WatchOptions) => done(await handlers.watch(run, options)));
}

export function addCancel(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSettings(command, gridSettings)
    .argument('<run>', runArgument)
    .addHelpText('after', cancelExamples)
    .action(async (run: string, grid: SettingFlags) => done(await handlers.cancel(run, grid)));
}

export function addStatus(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSettings(command, gridSettings)
    .addHelpText('after', statusExamples)
    .action(async (grid: SettingFlags) => done(await handlers.status(grid)));
}

export function addCoordinator(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addConfig(addSettings(command, coordinatorSettings))
    .addHelpText('after', coordinatorExamples)
    .action(async (settings: SettingFlags) => done(await handlers.coordinator(settings)));
}

export function addAgent(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addConfig(addSettings(command, agentSettings))
    .addHelpText('after', agentExamples)
    .action(async (settings: SettingFlags) => done(await handlers.agent(settings)));
}

export function addSettings(command: Command, settings: readonly Setting[]): Command {
  for (const { name, takes, help, fallback, usually, variable, isList } of settings) {
    const facts = [
      (fallback ?? usually) && `default: ${fallback ?? usually}`,
      variable && `also ${variable}`,
    ].filter(Boolean);
    const text = facts.length === 0 ? help : `${help} (${facts.join('; ')})`;
    const option = new Option(`--${name}${takes === null ? '' : ` <${takes}>`}`, text);
    if (isList) option.argParser((value, earlier: string[] | undefined) => [...(earlier ?? []), value]);
    if (name === 'log-level') option.choices(logLevels);
    command.addOption(option);
  }
  return command;
}

function addConfig(command: Command): Command {
  return command.option(
    '--config <file>',
    'TOML with a table [coordinator] or [agent], keys like these flags with _ for - (also CLEANGRID_CONFIG)',
  );
}

export function addDetail(command: Command): Command {
  return command
    .addOption(new Option('--verbose', 'print every step, and the output of passed ones').conflicts('quiet'))
    .option('--quiet', 'print only what did not pass, and the summary')
    .option('--junit <file>', 'write a JUnit XML report')
    .option('--json <file>', 'write a JSON report')
    .option('--digest <file>', 'write what must be the same when the run is repeated, and its SHA-256');
}
