/** `expect` of a step: exit, stdout, stderr, duration, processes. Each expectation remembers where it was written. */

import { messageOf } from '../errors.ts';
import type {
  DurationExpectation,
  ExitExpectation,
  Expectations,
  JsonValue,
  OutputExpectation,
} from '../expectation.ts';
import { parseJsonPath } from '../json-path.ts';
import { jsonDepthMax } from '../limits.ts';
import { compilePattern } from '../pattern.ts';
import type { PlannedStep } from '../plan.ts';
import { type Decoder, list, mapped, namedValues, optional, scalar, table, wrongKind } from './decoder.ts';
import { contradiction, durationContradiction } from './contradiction.ts';
import { quoted } from './problem.ts';
import { boolean, duration, integer, nonEmptyText, oneOf, refined, text } from './read-values.ts';
import type { Scope } from './scope.ts';
import { signals } from './signals.ts';
import { didYouMean } from './suggest.ts';
import type { Tree } from './tree.ts';

export const pattern: Decoder<string> = refined(nonEmptyText, (written) => {
  try {
    compilePattern(written);
    return null;
  } catch (error) {
    const reason = messageOf(error).replace(/^Invalid regular expression: /u, '');
    return [
      'CG1401',
      `not a regular expression: ${reason}`,
      "JavaScript's syntax; in TOML, '…' needs no \\\\",
    ];
  }
});

export const jsonPath: Decoder<string> = refined(text, (written) => jsonPathProblem(written));

function jsonPathProblem(path: string): ['CG1402', string, string] | null {
  if (parseJsonPath(path)) return null;
  return ['CG1402', `${quoted(path)} is no path into JSON`, 'as in `$.items[0].id` or `$["any name"]`'];
}

const jsonValue: Decoder<JsonValue> = scalar((tree, scope) => readJson(tree, scope, 0));

function readJson(tree: Tree, scope: Scope, depth: number): JsonValue | undefined {
  if (depth > jsonDepthMax) {
    scope.report(tree.span, { code: 'CG1003', message: `this JSON nests deeper than ${jsonDepthMax}` });
    return undefined;
  }
  switch (tree.kind) {
    case 'array': {
      const items = tree.items.map((item) => readJson(item, scope, depth + 1));
      return items.some((item) => item === undefined) ? undefined : (items as JsonValue[]);
    }
    case 'table': {
      const entries = [...tree.entries].map(
        ([key, { value }]) => [key, readJson(value, scope, depth + 1)] as const,
      );
      return entries.some(([, value]) => value === undefined)
        ? undefined
        : Object.fromEntries(entries as [string, JsonValue][]);
    }
    case 'string':
      return text.decode(tree, scope);
    case 'date':
      return wrongKind(tree, 'JSON has no dates: expected a string in quotes', scope);
    case 'null':
      return null;
    default:
      return tree.value;
  }
}

/** Any number of expectations of one kind: one text, or a list of them. */
function oneOrMore<T>(decoder: Decoder<T>): Decoder<T[]> {
  const many = refined(list('expected a list', decoder), (all) =>
    all.length === 0 ? ['CG1105', 'an empty list expects nothing'] : null,
  );
  return {
    decode(tree, scope) {
      if (tree.kind === 'array') return many.decode(tree, scope);
      const one = decoder.decode(tree, scope);
      return one === undefined ? undefined : [one];
    },
    inside: decoder.inside,
  };
}

function expecting<T>(
  decoder: Decoder<T>,
  make: (value: T) => WithoutSource<OutputExpectation>[],
): Decoder<OutputExpectation[]> {
  return mapped(decoder, (value, tree, scope) => {
    const source = scope.source.place(tree.span.start);
    return make(value).map((expectation) => ({ ...expectation, source }));
  });
}

export type WithoutSource<T> = T extends unknown ? Omit<T, 'source'> : never;

const jsonValues: Decoder<Record<string, JsonValue>> = refined(
  namedValues('json is a table of paths and values', () => null, jsonValue),
  (values) => {
    const paths = Object.keys(values);
    if (paths.length === 0) return ['CG1105', 'this expects nothing'];
    return paths.map(jsonPathProblem).find((problem) => problem !== null) ?? null;
  },
);

interface WrittenOutput {
  equals: OutputExpectation[];
  contains: OutputExpectation[];
  notContains: OutputExpectation[];
  matches: OutputExpectation[];
  notMatches: OutputExpectation[];
  lines: OutputExpectation[];
  empty: OutputExpectation[];
  json: OutputExpectation[];
}

const texts = oneOrMore(nonEmptyText);
const patterns = oneOrMore(pattern);

const output: Decoder<OutputExpectation[]> = mapped(
  table<WrittenOutput>({
    what: 'an expected output',
    fields: {
      equals: optional(
        'equals',
        expecting(text, (value) => [{ kind: 'equals', text: value }]),
        [],
      ),
      contains: optional(
        'contains',
        expecting(texts, (all) => all.map((one) => ({ kind: 'contains', text: one }))),
        [],
      ),
      notContains: optional(
        'not_contains',
        expecting(texts, (all) => all.map((one) => ({ kind: 'not_contains', text: one }))),
        [],
      ),
      matches: optional(
        'matches',
        expecting(patterns, (all) => all.map((one) => ({ kind: 'matches', pattern: one }))),
        [],
      ),
      notMatches: optional(
        'not_matches',
        expecting(patterns, (all) => all.map((one) => ({ kind: 'not_matches', pattern: one }))),
        [],
      ),
      lines: optional(
        'lines',
        expecting(list('lines is a list of strings', text), (lines) => [{ kind: 'lines', lines }]),
        [],
      ),
      empty: optional(
        'empty',
        expecting(boolean, (empty) => [{ kind: 'empty', empty }]),
        [],
      ),
      json: optional(
        'json',
        expecting(jsonValues, (values) => [{ kind: 'json', values }]),
        [],
      ),
    },
    notYet: ['schema', 'snapshot'],
  }),
  (written, tree, scope) => {
    const all = Object.values<OutputExpectation[]>({ ...written }).flat();
    const message = all.length === 0 ? 'this expects nothing' : contradiction(all);
    if (message === null) return all;
    scope.report(tree.span, { code: all.length === 0 ? 'CG1105' : 'CG1403', message });
    return undefined;
  },
);

const exitCode = integer(0, 255);
const exitForms = 'write a code, a list of codes, "any", { not = 0 } or { signal = "SIGTERM" }';

const signal = refined(text, (name) =>
  signals.includes(name)
    ? null
    : ['CG1404', `no signal ${quoted(name)}`, didYouMean(name, signals, 'signal')],
);

const exitTable = table<{ not: number | null; signal: string | null }>({
  what: 'an expected exit',
  fields: { not: optional('not', exitCode, null), signal: optional('signal', signal, null) },
});

const exit: Decoder<ExitExpectation> = {
  decode(tree, scope) {
    const source = scope.source.place(tree.span.start);
    if (tree.kind === 'integer' || tree.kind === 'array') {
      const codes = tree.kind === 'integer' ? [exitCode.decode(tree, scope)] : exitCodes.decode(tree, scope);
      return codes?.every((code) => code !== undefined) ? { kind: 'codes', codes, source } : undefined;
    }
    if (tree.kind === 'string' && tree.value === 'any') return { kind: 'any', source };
    if (tree.kind === 'table') {
      const written = exitTable.decode(tree, scope);
      if (!written) return undefined;
      if (written.not !== null && written.signal === null) return { kind: 'not', code: written.not, source };
      if (written.signal !== null && written.not === null)
        return { kind: 'signal', signal: written.signal, source };
    }
    scope.report(tree.span, {
      code: 'CG1404',
      message: 'this is not an expectation of an exit',
      hint: exitForms,
    });
    return undefined;
  },
  inside: exitTable.inside,
};

const exitCodes = refined(list('expected a list of exit codes', exitCode), (codes) =>
  codes.length === 0 ? ['CG1105', 'an empty list would never be met'] : null,
);

function limitOf(comparison: DurationExpectation['comparison']): Decoder<DurationExpectation | null> {
  return mapped(duration, (limitMs, tree, scope) => ({
    comparison,
    limitMs,
    source: scope.source.place(tree.span.start),
  }));
}

export const durations: Decoder<DurationExpectation[]> = mapped(
  table<Record<DurationExpectation['comparison'], DurationExpectation | null>>({
    what: 'an expected duration',
    fields: {
      lt: optional('lt', limitOf('lt'), null),
      lte: optional('lte', limitOf('lte'), null),
      gt: optional('gt', limitOf('gt'), null),
      gte: optional('gte', limitOf('gte'), null),
    },
  }),
  (written, tree, scope) => {
    const all = Object.values<DurationExpectation | null>({ ...written }).filter((one) => one !== null);
    const message = all.length === 0 ? 'this expects nothing' : durationContradiction(all);
    if (message === null) return all;
    scope.report(tree.span, { code: all.length === 0 ? 'CG1105' : 'CG1403', message });
    return undefined;
  },
);

const processes: Decoder<PlannedStep['processes']> = mapped(oneOf('none', 'keep'), (wanted, tree, scope) => {
  if (wanted === 'none' || !scope.scenario?.independent) return wanted;
  const message = 'steps of an `independent` scenario run apart: none of them would meet what this one keeps';
  scope.report(tree.span, { code: 'CG1106', message });
  return undefined;
});

/** What is expected of a step; of its processes not by a check, but by how it is run. */
export interface WrittenExpectations extends Expectations {
  processes: PlannedStep['processes'];
}

export const expectedByDefault: WrittenExpectations = {
  exit: { kind: 'codes', codes: [0], source: null },
  stdout: [],
  stderr: [],
  duration: [],
  processes: 'none',
};

export const expectations: Decoder<WrittenExpectations> = table<WrittenExpectations>({
  what: 'expect',
  fields: {
    exit: optional('exit', exit, expectedByDefault.exit),
    stdout: optional('stdout', output, []),
    stderr: optional('stderr', output, []),
    duration: optional('duration', durations, []),
    processes: optional('processes', processes, 'none'),
  },
  notYet: ['files'],
  elsewhere: {
    keys: ['span', 'graph', 'counts', 'window', 'order', 'status', 'hermeticity'],
    hint: 'spans are expected of a scenario or of the suite: [scenario.expect], [expect]',
  },
});
