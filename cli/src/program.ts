/** Every command and flag with its help. What a command does is loaded when it is called: `--help` costs nothing else. */

import { version } from '@cleangrid/core/version.ts';
import { Command, Help, Option } from 'commander';
import { wholeNumber } from './flag-values.ts';
import {
  addAgent,
  addCancel,
  addCoordinator,
  addLogs,
  addSettings,
  addStatus,
  addWatch,
  runArgument,
} from './grid-commands.ts';
import { clientSettings, traceSettings } from './grid-settings.ts';
import { addLease } from './lease-commands.ts';
import { addDiff, addRedGreen, addSpans, addTrace } from './trace-commands.ts';
import { addPool } from './pool-commands.ts';
import { type Handlers, type PlanOptions, type RunsOptions, type ValidateOptions } from './handlers.ts';
import {
  doctorExamples,
  planExamples,
  programExamples,
  runsExamples,
  showExamples,
  validateExamples,
} from './help-texts.ts';
import { addRecord, addRepro, addRun, addSelection, addSuites } from './run-commands.ts';
import type { SettingFlags } from './settings.ts';
import { addShell } from './shell-command.ts';

export interface ProgramOutput {
  out(text: string): void;
  err(text: string): void;
}

/** `done` gets the exit code of the command that was called. Parsing throws commander's `CommanderError` for wrong usage. */
export function buildProgram(
  handlers: Handlers,
  output: ProgramOutput,
  done: (code: number) => void,
): Command {
  const program = new Command('cleangrid')
    .description(
      'Runs suites of integration tests in containers, whose services are started once and shared.',
    )
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help, or that of a command')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ optionDescription })
    .configureOutput({ writeOut: output.out, writeErr: output.err, outputError: writeUsageError })
    .exitOverride()
    // A flag behind a command is that command's own.
    .enablePositionalOptions()
    .addHelpText('after', programExamples);
  const add = (name: string, description: string): Command =>
    program.command(name).description(description).helpOption('-h, --help', 'show this help');
  addRun(add('run', 'run suites on the Docker of this machine, or on a grid'), handlers, done);
  addValidate(
    add('validate', 'say everything that is wrong with suites, without running them'),
    handlers,
    done,
  );
  addPlan(add('plan', 'show what would run, every value resolved'), handlers, done);
  addRuns(add('runs', 'list the runs of this machine, or of a grid, newest first'), handlers, done);
  addShow(add('show', 'show a run again: verdicts, output, where it ran'), handlers, done);
  addLogs(add('logs', 'print the output of the steps of a run, or the log of a service'), handlers, done);
  addTrace(add('trace', 'show where the time of a run went, as a tree of its spans'), handlers, done);
  addSpans(add('spans', 'search the spans of a run'), handlers, done);
  addDiff(add('diff', 'say what differs between two runs'), handlers, done);
  addRedGreen(add('red-green', 'prove that tests failed before, and pass now'), handlers, done);
  addRecord(
    add('record', 'run suites, and keep what they were and what came of it in a file'),
    handlers,
    done,
  );
  addRepro(add('repro', 'run what was recorded again, and compare'), handlers, done);
  addWatch(add('watch', 'show a run of a grid until its end'), handlers, done);
  addCancel(add('cancel', 'end a run of a grid'), handlers, done);
  addStatus(add('status', 'show the agents of a grid, and what runs'), handlers, done);
  addCoordinator(add('coordinator', 'serve a grid: take runs in and give them to agents'), handlers, done);
  addAgent(add('agent', 'run scenarios for a grid on the Docker of this machine'), handlers, done);
  addPool(add('pool', 'list the containers that runs keep on this machine, or remove them'), handlers, done);
  addLease(add('lease', 'get a container for a while, which is removed then'), handlers, done);
  addShell(add('shell', 'look around in the container of a service or a lease'), handlers, done);
  addDoctor(add('doctor', 'say what keeps cleangrid from working here, and what to do'), handlers, done);
  return program;
}

function addValidate(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSuites(command)
    .addOption(
      new Option('--format <format>', 'how problems are printed')
        .choices(['text', 'json', 'github'])
        .default('text'),
    )
    .addHelpText('after', validateExamples)
    .action(async (paths: string[], options: ValidateOptions) =>
      done(await handlers.validate(paths, options)),
    );
}

function addPlan(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSelection(command)
    .option('--json', 'print the plan as JSON')
    .addHelpText('after', planExamples)
    .action(async (paths: string[], options: PlanOptions) => done(await handlers.plan(paths, options)));
}

function addRuns(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command.option('--limit <n>', 'list at most this many (default: 20)', wholeNumber);
  addSettings(command, clientSettings)
    .addHelpText('after', runsExamples)
    .action(async (options: RunsOptions) => done(await handlers.runs(options)));
}

function addShow(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSettings(command, [...clientSettings, ...traceSettings])
    .argument('<run>', runArgument)
    .argument('[step]', 'a step: its number in the list, its name, or a part of its name')
    .addHelpText('after', showExamples)
    .action(async (run: string, step: string | undefined, grid: SettingFlags) =>
      done(await handlers.show(run, step, grid)),
    );
}

function addDoctor(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command.addHelpText('after', doctorExamples).action(async () => done(await handlers.doctor()));
}

function writeUsageError(text: string, write: (text: string) => void): void {
  write(`${text}Run with --help to see how it is used.\n`);
}

/** That nothing is chosen where nothing was said goes without saying. */
function optionDescription(option: Option): string {
  return new Help().optionDescription(option).replace(/ ?\(default: (?:\[\]|\{\})\)/u, '');
}
