/**
 * The decoder kit: small readers of trees that compose. Each reports what is wrong with its place and goes on, so that one pass finds
 * everything. Table readers know their keys, which the documentation's test walks.
 */

import { didYouMean } from './suggest.ts';
import { quoted } from './problem.ts';
import type { Scope } from './scope.ts';
import { describeKind, type TableTree, type Tree } from './tree.ts';

export interface Decoder<T> {
  /** Undefined when it cannot be read; why has been reported. */
  decode(tree: Tree, scope: Scope): T | undefined;
  /** What is inside: `.key` for a table's key, `[]` for items of a list, `.*` for values under any key. */
  readonly inside: readonly { segment: string; decoder: Decoder<unknown> }[];
}

export interface Field<T> {
  key: string;
  decoder: Decoder<T>;
  absent: { kind: 'error' } | { kind: 'value'; value: T };
}

export interface TableShape<F> {
  /** For messages: `a step`. */
  what: string;
  fields: { [K in keyof F]: Field<F[K]> };
  /** Keys of the language that are not built yet. */
  notYet?: readonly string[];
  /** Keys that belong into another table, and which. */
  elsewhere?: { keys: readonly string[]; hint: string };
  /** Looks at several keys at once, before they are read. */
  check?(tree: TableTree, scope: Scope): void;
}

export function required<T>(key: string, decoder: Decoder<T>): Field<T> {
  return { key, decoder, absent: { kind: 'error' } };
}

export function optional<T, U>(key: string, decoder: Decoder<T>, value: U): Field<T | U> {
  return { key, decoder, absent: { kind: 'value', value } };
}

/** Reads one value that has nothing inside. */
export function scalar<T>(decode: (tree: Tree, scope: Scope) => T | undefined): Decoder<T> {
  return { decode, inside: [] };
}

/** Goes on with what another decoder read. */
export function mapped<A, B>(
  decoder: Decoder<A>,
  change: (value: A, tree: Tree, scope: Scope) => B | undefined,
): Decoder<B> {
  return {
    decode(tree, scope) {
      const value = decoder.decode(tree, scope);
      return value === undefined ? undefined : change(value, tree, scope);
    },
    inside: decoder.inside,
  };
}

/** Reads fields in the order they are given in, whatever their order in the file. */
export function table<F extends object>(shape: TableShape<F>): Decoder<F> {
  const fields = Object.entries<Field<unknown>>(shape.fields);
  const keys = fields.map(([, field]) => field.key);
  return {
    decode(tree, scope) {
      if (tree.kind !== 'table') return wrongKind(tree, `${shape.what} is a table of keys and values`, scope);
      for (const [key, { keySpan }] of tree.entries) {
        if (!keys.includes(key)) scope.report(keySpan, unknownKey(key, keys, shape));
      }
      shape.check?.(tree, scope);
      const values = fields.map(
        ([name, field]) => [name, decodeField(field, tree, { shape, scope })] as const,
      );
      if (values.some(([, value]) => value === undefined)) return undefined;
      return Object.fromEntries(values) as F;
    },
    inside: fields.map(([, { key, decoder }]) => ({ segment: `.${key}`, decoder })),
  };
}

function decodeField(
  { key, decoder, absent }: Field<unknown>,
  tree: TableTree,
  { shape, scope }: { shape: { what: string }; scope: Scope },
): unknown {
  const entry = tree.entries.get(key);
  if (entry) return decoder.decode(entry.value, scope);
  if (absent.kind === 'value') return absent.value;
  scope.report(tree.span, { code: 'CG1104', message: `${shape.what} needs \`${key}\`` });
  return undefined;
}

function unknownKey(
  key: string,
  keys: readonly string[],
  { what, notYet, elsewhere }: Pick<TableShape<object>, 'what' | 'notYet' | 'elsewhere'>,
): { code: 'CG1101' | 'CG1102'; message: string; hint?: string } {
  if (notYet?.includes(key))
    return { code: 'CG1102', message: `\`${key}\` is not supported yet`, hint: insteadOf(key) };
  return {
    code: 'CG1101',
    message: `${what} has no key ${quoted(key)}`,
    hint: elsewhere?.keys.includes(key) ? elsewhere.hint : didYouMean(key, keys, 'key'),
  };
}

function insteadOf(key: string): string {
  return key === 'matrix' || key === 'for_each'
    ? 'write a scenario for each case; what differs from run to run may be a variable, see --var'
    : 'leave it out: it is planned, and nothing is ignored';
}

export function list<T>(what: string, item: Decoder<T>): Decoder<T[]> {
  return {
    decode(tree, scope) {
      if (tree.kind !== 'array') return wrongKind(tree, what, scope);
      const items = tree.items.map((one) => item.decode(one, scope));
      const read = items.filter((one) => one !== undefined);
      return read.length === items.length ? read : undefined;
    },
    inside: [{ segment: '[]', decoder: item }],
  };
}

/** A table whose keys are names that the user chooses. `name` says what is wrong with one, null if nothing. */
export function namedValues<T>(
  what: string,
  name: (key: string) => string | null,
  value: Decoder<T>,
): Decoder<Record<string, T>> {
  return {
    decode(tree, scope) {
      if (tree.kind !== 'table') return wrongKind(tree, what, scope);
      const read = [...tree.entries].map(([key, entry]) => {
        const complaint = name(key);
        if (complaint !== null) scope.report(entry.keySpan, { code: 'CG1204', message: complaint });
        return [key, complaint === null ? value.decode(entry.value, scope) : undefined] as const;
      });
      if (read.some(([, one]) => one === undefined)) return undefined;
      return Object.fromEntries(read) as Record<string, T>;
    },
    inside: [{ segment: '.*', decoder: value }],
  };
}

/** Reports and gives undefined. `wanted` is a sentence: `a step is a table`, `expected a string`. */
export function wrongKind(tree: Tree, wanted: string, scope: Scope): undefined {
  scope.report(tree.span, { code: 'CG1103', message: `${wanted}, not ${describeKind(tree)}` });
  return undefined;
}
