/** Readers of single values: texts, numbers, durations, sizes, paths, names. */

import { parseBytes } from '../bytes.ts';
import { durationForms, parseDuration } from '../duration.ts';
import { suiteDurationMsMax } from '../limits.ts';
import type { Template } from '../plan.ts';
import { type Decoder, mapped, scalar, wrongKind } from './decoder.ts';
import { type ProblemCode, quoted } from './problem.ts';
import { readLiteral, readTemplate, readText } from './references.ts';
import type { Scope } from './scope.ts';
import { didYouMean } from './suggest.ts';
import type { TextTree, Tree } from './tree.ts';

/** Text in which only variables can stand: known before anything runs. */
export const text: Decoder<string> = scalar((tree, scope) => {
  const written = wholeText(tree, scope);
  return written && readText(written, scope);
});

/** Text in which everything can stand that a running scenario knows. */
export const template: Decoder<Template> = scalar((tree, scope) => {
  const written = wholeText(tree, scope);
  return written && readTemplate(written, scope);
});

/** Text in which nothing can stand. */
export const literal: Decoder<string> = scalar((tree, scope) => {
  const plain = plainScalar(tree);
  if (plain !== null) return plain;
  const written = wholeText(tree, scope);
  return written && readLiteral(written, scope);
});

/** As `text` and `template`, but an integer or a boolean stands for its text. */
export const textOrNumber: Decoder<string> = scalar(
  (tree, scope) => plainScalar(tree) ?? text.decode(tree, scope),
);
export const templateOrNumber: Decoder<Template> = scalar((tree, scope) => {
  const plain = plainScalar(tree);
  return plain === null ? template.decode(tree, scope) : [plain];
});

/** One line that people read and refer to. */
export const displayName: Decoder<string> = refined(text, (name) => {
  if (name.trim() === '') return ['CG1105', 'a name must not be empty'];
  return /[\p{Cc}\u2028\u2029]/u.test(name)
    ? ['CG1204', 'a name is one line without control characters']
    : null;
});

export const nonEmptyText: Decoder<string> = refined(text, (value) =>
  value === '' ? ['CG1105', 'this must not be empty'] : null,
);

export const boolean: Decoder<boolean> = scalar((tree, scope) =>
  tree.kind === 'boolean' ? tree.value : wrongKind(tree, 'expected true or false', scope),
);

/** A bare number is read as its text: what it lacks is a unit, and not only quotes. */
const measure: Decoder<string> = scalar((tree, scope) =>
  tree.kind === 'integer' || tree.kind === 'float' ? String(tree.value) : text.decode(tree, scope),
);

/** In milliseconds; more than zero. */
export const duration: Decoder<number> = refinedTo(measure, (written) => {
  const ms = parseDuration(written);
  if (ms === null)
    return { problem: ['CG1201', `${quoted(written)} is no duration`, `write ${durationForms}`] };
  if (ms === 0) return { problem: ['CG1202', 'this must be longer than nothing'] };
  if (ms > suiteDurationMsMax) return { problem: ['CG1202', 'this is longer than a day'] };
  return { value: ms };
});

/** In bytes. */
export const bytes: Decoder<number> = refinedTo(measure, (written) => {
  const size = parseBytes(written);
  const hint = 'write a number with B, KiB, MiB, GiB, kB, MB or GB, like "256MiB"';
  return size === null ? { problem: ['CG1201', `${quoted(written)} is no size`, hint] } : { value: size };
});

export const absolutePath: Decoder<string> = refined(text, (path) => {
  if (path.startsWith('/') && !path.split('/').includes('..')) return null;
  return ['CG1206', `${quoted(path)} is not an absolute path`, 'it starts with `/` and has no `..`'];
});

/** Relative to the suite's folder and inside it; normalised, `.` for the folder itself. */
export const workspacePath: Decoder<string> = refinedTo(text, (written) => {
  if (written === '') return { problem: ['CG1105', 'a path must not be empty'] };
  const hint = "paths are relative to the suite's folder and stay inside it; `/` separates";
  const segments = written.split('/');
  const outside = written.startsWith('/') || /^[A-Za-z]:|\\/u.test(written) || segments.includes('..');
  if (outside) return { problem: ['CG1206', `${quoted(written)} leaves the workspace`, hint] };
  return { value: segments.filter((segment) => segment !== '' && segment !== '.').join('/') || '.' };
});

export function oneOf<T extends string>(...words: T[]): Decoder<T> {
  return refinedTo(text, (written) => {
    const word = words.find((known) => known === written);
    if (word !== undefined) return { value: word };
    const message = `${quoted(written)} is not one of ${words.map((known) => `\`${known}\``).join(', ')}`;
    return { problem: ['CG1203', message, didYouMean(written, words, 'word')] };
  });
}

export function integer(min: number, max: number): Decoder<number> {
  return scalar((tree, scope) => {
    if (tree.kind !== 'integer') return wrongKind(tree, 'expected an integer', scope);
    if (tree.value >= min && tree.value <= max) return tree.value;
    scope.report(tree.span, { code: 'CG1202', message: `${tree.value} is not between ${min} and ${max}` });
    return undefined;
  });
}

/** Of TCP. */
export const port: Decoder<number> = integer(1, 65_535);

type Complaint = [code: ProblemCode, message: string, hint?: string];

/** `complain` says what is wrong with a value, null if nothing. */
export function refined<T>(decoder: Decoder<T>, complain: (value: T) => Complaint | null): Decoder<T> {
  return refinedTo(decoder, (value) => {
    const problem = complain(value);
    return problem ? { problem } : { value };
  });
}

/** Makes another value of one, or complains. */
export function refinedTo<A, B>(
  decoder: Decoder<A>,
  refine: (value: A) => { value: B } | { problem: Complaint },
): Decoder<B> {
  return mapped(decoder, (value, tree, scope) => {
    const result = refine(value);
    if ('value' in result) return result.value;
    const [code, message, hint] = result.problem;
    scope.report(tree.span, hint === undefined ? { code, message } : { code, message, hint });
    return undefined;
  });
}

/** A string that can be given to a program: whole characters, no NUL. */
export function wholeText(tree: Tree, scope: Scope): TextTree | undefined {
  if (tree.kind !== 'string') {
    const quote =
      tree.kind === 'float' || tree.kind === 'date' || tree.kind === 'integer' ? ' in quotes' : '';
    return wrongKind(tree, `expected a string${quote}`, scope);
  }
  if (!tree.value.includes('\0') && tree.value.isWellFormed()) return tree;
  const message = 'this text contains NUL or half a character; no program can be given it';
  scope.report(tree.span, { code: 'CG1205', message });
  return undefined;
}

/** The text that an integer or a boolean stands for. Fractions have several and must be quoted. */
function plainScalar(tree: Tree): string | null {
  return tree.kind === 'integer' || tree.kind === 'boolean' ? String(tree.value) : null;
}

/** What is wrong with the name of an environment variable; null if nothing. */
export function environmentName(name: string): string | null {
  if (name === '') return 'the name of an environment variable must not be empty';
  if (/[=\0]/u.test(name) || !name.isWellFormed())
    return `${quoted(name)} cannot name an environment variable: no \`=\` or NUL in it`;
  return name.startsWith('cleangrid_')
    ? `names that begin with \`cleangrid_\` are ours: ${quoted(name)}`
    : null;
}

/** What is wrong with the name of a variable or a capture; null if nothing. */
export function referableName(name: string): string | null {
  if (/^[A-Za-z_]\w{0,99}$/u.test(name)) return null;
  return `${quoted(name)} cannot be referred to: use letters, digits and \`_\`, at most 100`;
}
