/** TOML text → positioned tree. The parser stops at its first error; duplicate keys are renamed and read past, so that all are found. */

import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { problemsShownMax, tomlParsedCharactersMax } from '../limits.ts';
import { quoted } from './problem.ts';
import type { SourceText } from './source-text.ts';
import type { Span, TableTree, Tree } from './tree.ts';
import { numberTree, type Report, tooDeep } from './report.ts';

/** The library gives its errors no code; `read-toml.test.ts` notices when a new version says it otherwise. */
const duplicateKeyMessage = 'Defining a key multiple times is invalid';
const renamedPrefix = 'cleangrid-duplicate-';

/** Null when the text is not TOML; what is wrong has been reported. */
export function readToml(source: SourceText, report: Report): TableTree | null {
  const renamed = new RenamedText(source.text);
  for (;;) {
    try {
      const program = parseTOML(renamed.text, { tomlVersion: '1.0' });
      return new TomlTree(renamed, report).read(program.body[0]);
    } catch (error) {
      if (error instanceof RangeError) {
        report({ start: 0, end: 0 }, tooDeep);
        return null;
      }
      if (!(error instanceof ParseError)) throw error;
      const at = renamed.original(error.index);
      if (error.message !== duplicateKeyMessage) {
        const message = `not TOML: ${error.message.slice(0, 1).toLowerCase()}${error.message.slice(1)}`;
        report(pointAt(source.text, at), { code: 'CG1001', message });
        return null;
      }
      const key = keyAt(source.text, at);
      report(
        { start: at, end: at + key.length },
        {
          code: 'CG1002',
          message: `${quoted(key)} is written twice`,
          hint: 'keep one; `[[x]]` adds an item to a list',
        },
      );
      if (!renamed.rename(error.index)) return null;
    }
  }
}

/** The parser points behind a line that ends too early: the caret belongs at its end. */
function pointAt(text: string, index: number): Span {
  const at = index > 0 && text[index - 1] === '\n' ? index - 1 : index;
  return { start: at, end: at + 1 };
}

function keyAt(text: string, offset: number): string {
  const key = /[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/uy;
  key.lastIndex = offset;
  return key.exec(text)?.[0] ?? '';
}

/** The text with duplicate keys made unique, and where its offsets are in the original. */
class RenamedText {
  text: string;
  readonly #insertions: { at: number; length: number }[] = [];
  #parsedCharacters = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** False when it has been tried too often, or for too much text. */
  rename(index: number): boolean {
    this.#parsedCharacters += this.text.length;
    if (this.#parsedCharacters > tomlParsedCharactersMax || this.#insertions.length === problemsShownMax)
      return false;
    const at = /["']/u.test(this.text.charAt(index)) ? index + 1 : index;
    const prefix = `${renamedPrefix}${this.#insertions.length}-`;
    this.text = this.text.slice(0, at) + prefix + this.text.slice(at);
    for (const insertion of this.#insertions) if (insertion.at > at) insertion.at += prefix.length;
    this.#insertions.push({ at, length: prefix.length });
    return true;
  }

  original(offset: number): number {
    const before = this.#insertions.filter(({ at }) => at < offset);
    return offset - before.reduce((sum, { at, length }) => sum + Math.min(length, offset - at), 0);
  }
}

class TomlTree {
  readonly #text: RenamedText;
  readonly #report: Report;

  constructor(text: RenamedText, report: Report) {
    this.#text = text;
    this.#report = report;
  }

  read(top: AST.TOMLTopLevelTable): TableTree {
    const root: TableTree = { kind: 'table', span: { start: 0, end: 0 }, entries: new Map() };
    for (const node of top.body) {
      if (node.type === 'TOMLKeyValue') this.#addKeyValue(root, node);
      else this.#addTable(root, node);
    }
    return root;
  }

  #addTable(root: TableTree, node: AST.TOMLTable): void {
    const table = this.#openTable(root, node);
    if (table) for (const keyValue of node.body) this.#addKeyValue(table, keyValue);
  }

  /** The table that a header names, made where it does not exist yet. */
  #openTable(root: TableTree, node: AST.TOMLTable): TableTree | null {
    const parent = this.#walk(root, node.key.keys.slice(0, -1));
    const key = node.key.keys.at(-1);
    if (!parent || !key) return null;
    const span = this.#span(node.key);
    const fresh: TableTree = { kind: 'table', span, entries: new Map() };
    if (node.kind === 'standard') return this.#childTable(parent, key, span);
    const existing = parent.entries.get(nameOf(key))?.value;
    if (existing?.kind === 'array') existing.items.push(fresh);
    else if (!this.#set(parent, key, { kind: 'array', span, items: [fresh] })) return null;
    return fresh;
  }

  #addKeyValue(table: TableTree, node: AST.TOMLKeyValue): void {
    const parent = this.#walk(table, node.key.keys.slice(0, -1));
    const key = node.key.keys.at(-1);
    if (parent && key) this.#set(parent, key, this.#value(node.value));
  }

  #walk(table: TableTree, keys: readonly TomlKey[]): TableTree | null {
    let current: TableTree | null = table;
    for (const key of keys) current = current && this.#childTable(current, key, this.#span(key));
    return current;
  }

  /** An array of tables stands for its last one. */
  #childTable(parent: TableTree, key: TomlKey, span: Span): TableTree | null {
    const existing = parent.entries.get(nameOf(key))?.value;
    if (existing) {
      const child = existing.kind === 'array' ? existing.items.at(-1) : existing;
      return child?.kind === 'table' ? child : null;
    }
    const child: TableTree = { kind: 'table', span, entries: new Map() };
    return this.#set(parent, key, child) ? child : null;
  }

  /** False for a key that was renamed: it has been reported and goes nowhere. */
  #set(parent: TableTree, key: TomlKey, value: Tree): boolean {
    const name = nameOf(key);
    if (name.startsWith(renamedPrefix)) return false;
    parent.entries.set(name, { keySpan: this.#span(key), value });
    return true;
  }

  #value(node: AST.TOMLContentNode): Tree {
    const span = this.#span(node);
    if (node.type === 'TOMLArray')
      return { kind: 'array', span, items: node.elements.map((element) => this.#value(element)) };
    if (node.type === 'TOMLInlineTable') {
      const table: TableTree = { kind: 'table', span, entries: new Map() };
      for (const keyValue of node.body) this.#addKeyValue(table, keyValue);
      return table;
    }
    switch (node.kind) {
      case 'string':
        return { kind: 'string', span, value: node.value };
      case 'boolean':
        return { kind: 'boolean', span, value: node.value };
      case 'integer':
        return numberTree({ kind: 'integer', span, value: Number(node.bigint) }, this.#report);
      case 'float':
        return numberTree({ kind: 'float', span, value: node.value }, this.#report);
      default:
        return { kind: 'date', span };
    }
  }

  #span(node: { range: [number, number] }): Span {
    return { start: this.#text.original(node.range[0]), end: this.#text.original(node.range[1]) };
  }
}

type TomlKey = AST.TOMLBare | AST.TOMLQuoted;

function nameOf(key: TomlKey): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}
