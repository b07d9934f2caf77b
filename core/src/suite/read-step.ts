/** `[[scenario.steps]]`, `.setup`, `.teardown`: one command and what is expected of it. */

import { formatDuration } from '../duration.ts';
import { id } from '../ids.ts';
import { stepTimeoutMsDefault } from '../limits.ts';
import type { Capture, PlannedStep, StepCommand, Template } from '../plan.ts';
import { type Decoder, list, mapped, namedValues, optional, required, scalar, table } from './decoder.ts';
import {
  expectations,
  expectedByDefault,
  jsonPath,
  pattern,
  type WrittenExpectations,
} from './read-expectations.ts';
import { independentCaptures, unknownService } from './references.ts';
import {
  boolean,
  displayName,
  duration,
  environmentName,
  nonEmptyText,
  referableName,
  refined,
  template,
  templateOrNumber,
  textOrNumber,
  wholeText,
  workspacePath,
} from './read-values.ts';
import { type Scope, useService } from './scope.ts';
import { readScript } from './shell-references.ts';
import type { TableTree, Tree } from './tree.ts';

/** A step as it is written: its place in the scenario gives it its id and phase. */
export type WrittenStep = Omit<PlannedStep, 'id' | 'phase'>;

const nameLengthMax = 60;

const serviceReference: Decoder<PlannedStep['in']> = mapped(nonEmptyText, (name, tree, scope) => {
  if (!scope.services.has(name)) {
    scope.report(tree.span, unknownService(name, scope));
    return undefined;
  }
  useService(name, scope);
  return id(name);
});

const run: Decoder<StepCommand> = scalar((tree, scope) => {
  const written = wholeText(tree, scope);
  if (!written) return undefined;
  if (written.value.trim() !== '') return readScript(written, scope);
  scope.report(tree.span, { code: 'CG1105', message: 'there is no command in this script' });
  return undefined;
});

const command: Decoder<StepCommand> = mapped(
  refined(list('command is a list of strings; `run` is a line for the shell', template), ([program]) =>
    program === undefined || program[0] === '' ? ['CG1105', 'a command needs a program'] : null,
  ),
  (argv): StepCommand => ({ kind: 'argv', argv }),
);

const stdinFile = table<{ file: string }>({
  what: 'stdin',
  fields: {
    file: required(
      'file',
      mapped(workspacePath, (path, { span }, scope) => {
        scope.neededPaths.push({ path, wanted: 'file', span });
        return path;
      }),
    ),
  },
});

const stdin: Decoder<PlannedStep['stdin']> = {
  decode(tree, scope) {
    if (tree.kind === 'table') {
      const written = stdinFile.decode(tree, scope);
      return written && { kind: 'file', path: written.file };
    }
    const text = template.decode(tree, scope);
    return text && { kind: 'text', text };
  },
  inside: stdinFile.inside,
};

/** Checked here as far as it is known; what a capture makes of it is seen when the step runs. */
const workdir: Decoder<Template> = refined(template, ([start]) =>
  typeof start === 'string' && !start.startsWith('/')
    ? ['CG1206', 'workdir is an absolute path', "the suite's files are in `/workspace`"]
    : null,
);

interface WrittenCapture {
  stdout: Capture['from'] | null;
  stderr: Capture['from'] | null;
  json: Capture['from'] | null;
  exit: Capture['from'] | null;
}

const captureKeys = ['stdout', 'stderr', 'json', 'exit'];

const captured: Decoder<Capture['from']> = mapped(
  table<WrittenCapture>({
    what: 'a capture',
    fields: {
      stdout: optional(
        'stdout',
        mapped(pattern, (written): Capture['from'] => ({ kind: 'stdout', pattern: written })),
        null,
      ),
      stderr: optional(
        'stderr',
        mapped(pattern, (written): Capture['from'] => ({ kind: 'stderr', pattern: written })),
        null,
      ),
      json: optional(
        'json',
        mapped(jsonPath, (path): Capture['from'] => ({ kind: 'json', path })),
        null,
      ),
      exit: optional(
        'exit',
        mapped(
          refined(boolean, (wanted) => (wanted ? null : ['CG1103', 'expected `true`'])),
          (): Capture['from'] => ({ kind: 'exit' }),
        ),
        null,
      ),
    },
    notYet: ['file'],
    check: (tree, scope) => {
      if (captureKeys.filter((key) => tree.entries.has(key)).length === 1) return;
      scope.report(tree.span, {
        code: 'CG1106',
        message: 'a capture is exactly one of stdout, stderr, json, exit',
      });
    },
  }),
  (written) => Object.values<Capture['from'] | null>({ ...written }).find((one) => one !== null),
);

const captures: Decoder<Capture[]> = {
  decode(tree, scope) {
    if (scope.scenario?.independent) {
      scope.report(tree.span, { code: 'CG1304', message: independentCaptures });
      return undefined;
    }
    const all = capturesByName.decode(tree, scope);
    if (tree.kind === 'table') for (const name of tree.entries.keys()) scope.scenario?.captured.add(name);
    return all && Object.entries(all).map(([name, capture]) => ({ name, ...capture }));
  },
  get inside() {
    return capturesByName.inside;
  },
};

const capturesByName = namedValues(
  'capture is a table of names',
  referableName,
  mapped(captured, (from, tree, scope) => ({ from, source: scope.source.place(tree.span.start) })),
);

interface FieldsOfStep extends Omit<WrittenStep, 'command' | 'name' | 'source' | 'processes' | 'expect'> {
  name: string | null;
  run: StepCommand | null;
  command: StepCommand | null;
  expect: WrittenExpectations;
}

export const step: Decoder<WrittenStep> = mapped(
  table<FieldsOfStep>({
    what: 'a step',
    fields: {
      name: optional('name', displayName, null),
      in: optional('in', serviceReference, null),
      run: optional('run', run, null),
      command: optional('command', command, null),
      env: optional('env', namedValues('env is a table', environmentName, templateOrNumber), {}),
      workdir: optional('workdir', workdir, null),
      user: optional('user', refined(textOrNumber, userProblem), null),
      stdin: optional('stdin', stdin, null),
      timeoutMs: optional('timeout', duration, stepTimeoutMsDefault),
      continueOnFailure: optional('continue_on_failure', boolean, false),
      mergeOutput: optional('merge_output', boolean, false),
      expect: optional('expect', expectations, expectedByDefault),
      // Last: a step does not see its own captures.
      captures: optional('capture', captures, []),
    },
    notYet: ['artifacts', 'matrix', 'for_each', 'retries', 'skip', 'only_if', 'policy'],
    check: checkStep,
  }),
  ({ run: script, command: argv, name, expect: { processes, ...expect }, ...rest }, tree, scope) => {
    const what = script ?? argv;
    if (!what || tree.kind !== 'table') return undefined;
    const written = { ...rest, processes, expect };
    reportTooLong(written, tree, scope);
    reportMerged(written, tree, scope);
    return {
      ...written,
      name: name ?? nameOf(tree),
      command: what,
      source: scope.source.place(tree.span.start),
    };
  },
);

function reportTooLong(
  { timeoutMs, expect }: Pick<WrittenStep, 'timeoutMs' | 'expect'>,
  tree: TableTree,
  scope: Scope,
): void {
  const ends = expect.duration.every(
    ({ comparison, limitMs }) => comparison.startsWith('l') || limitMs < timeoutMs,
  );
  if (ends) return;
  const message = `a step that takes so long has met its timeout, ${formatDuration(timeoutMs)}`;
  scope.report(tree.entries.get('expect')?.value.span ?? tree.span, { code: 'CG1403', message });
}

/** What is written to stderr arrives as stdout, in its order. */
function reportMerged(
  { mergeOutput, expect, captures: made }: Pick<WrittenStep, 'mergeOutput' | 'expect' | 'captures'>,
  tree: TableTree,
  scope: Scope,
): void {
  const readsStderr = expect.stderr.length > 0 || made.some(({ from }) => from.kind === 'stderr');
  if (!mergeOutput || !readsStderr) return;
  const message = 'with `merge_output`, what is written to stderr arrives in stdout: look for it there';
  scope.report(tree.entries.get('merge_output')?.value.span ?? tree.span, { code: 'CG1106', message });
}

function checkStep(tree: TableTree, scope: Scope): void {
  const commands = ['run', 'command'].filter((key) => tree.entries.has(key)).length;
  if (commands !== 1) {
    const message =
      commands === 0 ? 'a step needs `run` or `command`' : 'a step has `run` or `command`, not both';
    scope.report(tree.span, { code: 'CG1106', message });
  }
  if (!tree.entries.has('in') && scope.scenario?.hasImage === false) {
    const message = 'this step has no place to run in';
    scope.report(tree.span, {
      code: 'CG1309',
      message,
      hint: 'name a service with `in`, or give the scenario an `image`',
    });
  }
}

function userProblem(user: string): ['CG1105' | 'CG1204', string] | null {
  if (user === '') return ['CG1105', 'this must not be empty'];
  return /^[\w][\w.@-]*\$?(?::[\w][\w.@-]*)?$/u.test(user)
    ? null
    : ['CG1204', 'a user is a name or a number, with `:group` if wanted'];
}

/** A step without a name is called by the first line of its command, as it was written. */
function nameOf(step: TableTree): string {
  const run = step.entries.get('run')?.value;
  const words = run?.kind === 'string' ? run.value : wordsOf(step.entries.get('command')?.value);
  const line = words.trim().split('\n', 1).join('');
  const clean = line.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
  return clean.length > nameLengthMax ? `${clean.slice(0, nameLengthMax - 1)}…` : clean;
}

function wordsOf(argv: Tree | undefined): string {
  const words = argv?.kind === 'array' ? argv.items : [];
  return words.map((word) => (word.kind === 'string' ? word.value : '')).join(' ');
}

/** Names that the steps in these lists capture, whether or not they can be read. */
export function captureNames(lists: readonly (Tree | undefined)[]): Set<string> {
  const names = new Set<string>();
  for (const steps of lists) {
    for (const one of steps?.kind === 'array' ? steps.items : []) {
      const written = one.kind === 'table' ? one.entries.get('capture')?.value : undefined;
      if (written?.kind === 'table') for (const name of written.entries.keys()) names.add(name);
    }
  }
  return names;
}
