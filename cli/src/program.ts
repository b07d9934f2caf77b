/** Every command and flag with its help. What a command does is loaded when it is called: `--help` costs nothing else. */

import { version } from '@cleangrid/core/version.ts';
import { Command, InvalidArgumentError, Option } from 'commander';

/** What each command does; resolves to the exit code. */
export interface Handlers {
  run(paths: string[], options: RunOptions): Promise<number>;
  validate(paths: string[], options: ValidateOptions): Promise<number>;
  plan(paths: string[], options: PlanOptions): Promise<number>;
  runs(options: RunsOptions): Promise<number>;
  show(run: string, step: string | undefined): Promise<number>;
  doctor(): Promise<number>;
}

export interface SuiteOptions {
  var: Record<string, string>;
}

export interface SelectionOptions extends SuiteOptions {
  select: string[];
  tag: string[];
}

export interface RunOptions extends SelectionOptions {
  slots?: number;
  verbose?: true;
  quiet?: true;
  junit?: string;
  json?: string;
  imageAlias: string[];
  logLevel?: string;
}

export interface ValidateOptions extends SuiteOptions {
  format: 'text' | 'json' | 'github';
}

export interface PlanOptions extends SelectionOptions {
  json?: true;
}

export interface RunsOptions {
  limit?: number;
}

export interface ProgramOutput {
  out(text: string): void;
  err(text: string): void;
}

export const logLevels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error'];

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
    .configureOutput({ writeOut: output.out, writeErr: output.err, outputError: writeUsageError })
    .exitOverride()
    .addHelpText('after', programExamples);
  const add = (name: string, description: string): Command =>
    program.command(name).description(description).helpOption('-h, --help', 'show this help');
  addRun(add('run', 'run suites on the Docker of this machine'), handlers, done);
  addValidate(
    add('validate', 'say everything that is wrong with suites, without running them'),
    handlers,
    done,
  );
  addPlan(add('plan', 'show what would run, every value resolved'), handlers, done);
  addRuns(add('runs', 'list the runs of this machine, newest first'), handlers, done);
  addShow(add('show', 'show a run again: verdicts, output, where it ran'), handlers, done);
  addDoctor(add('doctor', 'say what keeps cleangrid from working here, and what to do'), handlers, done);
  return program;
}

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

function addRun(command: Command, handlers: Handlers, done: (code: number) => void): void {
  addSelection(command)
    .option('--slots <n>', 'scenarios that run at once (default: the number of CPUs)', wholeNumber)
    .addOption(new Option('--verbose', 'print every step, and the output of passed ones').conflicts('quiet'))
    .option('--quiet', 'print only what did not pass, and the summary')
    .option('--junit <file>', 'write a JUnit XML report')
    .option('--json <file>', 'write a JSON report')
    .option('--image-alias <from=to>', flags.imageAlias, alias, [])
    .addOption(
      new Option(
        '--log-level <level>',
        'show the log on stderr, from this level (also CLEANGRID_LOG)',
      ).choices(logLevels),
    )
    .addHelpText('after', runExamples)
    .action(async (paths: string[], options: RunOptions) => done(await handlers.run(paths, options)));
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
  command
    .option('--limit <n>', 'list at most this many (default: 20)', wholeNumber)
    .addHelpText('after', runsExamples)
    .action(async (options: RunsOptions) => done(await handlers.runs(options)));
}

function addShow(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command
    .argument('<run>', 'a run id, the beginning of one, or "latest"')
    .argument('[step]', 'a step: its number in the list, its name, or a part of its name')
    .addHelpText('after', showExamples)
    .action(async (run: string, step: string | undefined) => done(await handlers.show(run, step)));
}

function addDoctor(command: Command, handlers: Handlers, done: (code: number) => void): void {
  command.addHelpText('after', doctorExamples).action(async () => done(await handlers.doctor()));
}

function addSuites(command: Command): Command {
  return command.argument('[paths...]', flags.paths).option('--var <name=value>', flags.var, variable, {});
}

function addSelection(command: Command): Command {
  return addSuites(command)
    .option('--select <pattern>', flags.select, repeated, [])
    .option('--tag <tag>', flags.tag, repeated, []);
}

function repeated(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

function variable(text: string, earlier: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is written as NAME=VALUE.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

function alias(text: string, earlier: string[]): string[] {
  if (!/^[^=]+=[^=]+$/u.test(text)) throw new InvalidArgumentError('It is written as FROM=TO.');
  return [...earlier, text];
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/u.test(text) || number < 1 || number > 10_000)
    throw new InvalidArgumentError('It is a whole number from 1 to 10000.');
  return number;
}

function writeUsageError(text: string, write: (text: string) => void): void {
  write(`${text}Run with --help to see how it is used.\n`);
}

const programExamples = `
Examples:
  cleangrid run tests/                 run every suite in a folder
  cleangrid run --select checkout      run the scenarios with "checkout" in their name
  cleangrid validate                   check the suites below the current folder
  cleangrid show latest                look at the last run again
  cleangrid doctor                     find out why nothing works

Exit codes:
  0 all passed · 1 something failed · 2 wrong suite or usage · 3 the grid's fault (Docker, disk, …)
  4 cancelled · 6 no scenario was selected`;

const runExamples = `
Examples:
  cleangrid run examples/orders
  cleangrid run --select orders.cleangrid.toml:42
  cleangrid run --tag smoke --tag '!slow' tests/
  cleangrid run --var user=alice --junit out/junit.xml tests/

Ctrl-C cancels the run, removes its containers and exits with 4; a second Ctrl-C stops at once.`;

const validateExamples = `
Examples:
  cleangrid validate tests/
  cleangrid validate --format github tests/       annotations beside the lines of a pull request

Exits with 2 when something is wrong. Warnings alone are no error.`;

const planExamples = `
Examples:
  cleangrid plan tests/
  cleangrid plan --tag smoke --json tests/ | jq '.scenarios[].name'`;

const runsExamples = `
Examples:
  cleangrid runs
  cleangrid runs --limit 100`;

const showExamples = `
Examples:
  cleangrid show latest                the scenarios and steps of the last run
  cleangrid show k3f9                  the run whose id begins with k3f9
  cleangrid show latest 17             step 17 of that list: command, verdict, output, where it ran
  cleangrid show latest "insert"       the step with "insert" in its name`;

const doctorExamples = `
Exits with 3 when there is a problem. Warnings alone are no problem.`;
