/** YAML 1.2 text → positioned tree. Aliases and merge keys are followed within a bound; tags and several documents are refused. */

import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { yamlAliasedNodesMax } from '../limits.ts';
import { type ProblemText, quoted } from './problem.ts';
import type { SourceText } from './source-text.ts';
import type { Span, TableTree, Tree, TreeEntry } from './tree.ts';
import { numberTree, type Report, tooDeep } from './report.ts';

/** Null when the text is not YAML; what is wrong has been reported. */
export function readYaml(source: SourceText, report: Report): TableTree | null {
  try {
    const document = parseDocument(source.text, {
      intAsBigInt: true,
      lineCounter: new LineCounter(),
      logLevel: 'error',
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      uniqueKeys: false,
    });
    if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) {
      report({ start: 0, end: 0 }, tooDeep);
      return null;
    }
    for (const error of document.errors) report(spanOf(error.pos), syntaxProblem(error.code, error.message));
    for (const warning of document.warnings)
      report(spanOf(warning.pos), { code: 'CG1005', message: lowerFirst(warning.message) });
    if (document.errors.length > 0) return null;
    return rootTable(document.contents, report);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report({ start: 0, end: 0 }, tooDeep);
    return null;
  }
}

function rootTable(contents: ParsedNode | null, report: Report): TableTree | null {
  const empty: TableTree = { kind: 'table', span: { start: 0, end: 0 }, entries: new Map() };
  if (contents === null || (isScalar(contents) && contents.value === null)) return empty;
  const reader = new YamlTree(report);
  const tree = reader.read(contents, empty.span);
  if (!reader.isWhole) return null;
  if (tree.kind === 'table') return tree;
  report(tree.span, { code: 'CG1103', message: 'a suite file is a mapping of keys to values' });
  return null;
}

function syntaxProblem(code: string, message: string): ProblemText {
  if (code === 'MULTIPLE_DOCS') return { code: 'CG1005', message: 'a suite file is one YAML document' };
  if (code === 'NON_STRING_KEY') return { code: 'CG1005', message: 'keys are plain strings' };
  return { code: 'CG1001', message: `not YAML: ${lowerFirst(message)}` };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function spanOf(pos: readonly number[]): Span {
  const start = pos[0] ?? 0;
  return { start, end: Math.max(start + 1, pos[1] ?? 0) };
}

class YamlTree {
  /** False once an alias stands for nothing: what is around it would only seem to be wrong. */
  isWhole = true;
  readonly #report: Report;
  readonly #anchors = new Map<string, { tree: Tree; nodes: number } | 'open'>();
  /** As if every alias had been written out. */
  #nodes = 0;
  #aliasedNodes = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  /** `keySpan`: of the key whose value it is. */
  read(node: ParsedNode | null, keySpan: Span | null): Tree {
    if (node === null) return { kind: 'null', span: keySpan ?? { start: 0, end: 0 } };
    if (isAlias(node)) return this.#alias(node);
    const { anchor } = node;
    const nodesBefore = this.#nodes;
    this.#nodes += 1;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const tree = this.#content(node, keySpan);
    if (anchor !== undefined) this.#anchors.set(anchor, { tree, nodes: this.#nodes - nodesBefore });
    return tree;
  }

  #content(node: Exclude<ParsedNode, Alias.Parsed>, keySpan: Span | null): Tree {
    const span = spanOf(node.range);
    if (isMap(node)) return this.#table(node, node.flow === true ? span : (keySpan ?? span));
    if (isSeq(node)) return { kind: 'array', span, items: node.items.map((item) => this.read(item, null)) };
    return this.#scalar(node, span);
  }

  #scalar({ value }: Scalar, span: Span): Tree {
    switch (typeof value) {
      case 'string':
        return { kind: 'string', span, value };
      case 'boolean':
        return { kind: 'boolean', span, value };
      case 'bigint':
        return numberTree({ kind: 'integer', span, value: Number(value) }, this.#report);
      case 'number':
        return numberTree({ kind: 'float', span, value }, this.#report);
      default:
        return { kind: 'null', span };
    }
  }

  #table(node: YAMLMap.Parsed, span: Span): TableTree {
    const entries = new Map<string, TreeEntry>();
    const merged: TableTree[] = [];
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const keySpan = key ? spanOf(key.range) : span;
      const tree = this.read(value, keySpan);
      if (name === '<<') merged.push(...this.#mergeSources(tree));
      else if (entries.has(name))
        this.#report(keySpan, {
          code: 'CG1002',
          message: `${quoted(name)} is written twice`,
          hint: 'keep one; further items of a list go below the first, each behind `- `',
        });
      else entries.set(name, { keySpan, value: tree });
    }
    for (const source of merged) {
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return { kind: 'table', span, entries };
  }

  #mergeSources(tree: Tree): TableTree[] {
    const sources = tree.kind === 'array' ? tree.items : [tree];
    const tables = sources.filter((source) => source.kind === 'table');
    if (tables.length < sources.length)
      this.#report(tree.span, { code: 'CG1005', message: '`<<` merges mappings only' });
    return tables;
  }

  #alias(node: Alias.Parsed): Tree {
    const span = spanOf(node.range);
    const anchor = this.#anchors.get(node.source);
    if (anchor === undefined || anchor === 'open') {
      const message = anchor
        ? `the alias ${quoted(node.source)} contains itself`
        : `there is no anchor ${quoted(node.source)} before this alias`;
      return this.#nothing(span, { code: 'CG1005', message });
    }
    if (this.#aliasedNodes + anchor.nodes > yamlAliasedNodesMax)
      return this.#nothing(span, { code: 'CG1003', message: 'aliases make this file too large' });
    this.#aliasedNodes += anchor.nodes;
    this.#nodes += anchor.nodes;
    return anchor.tree;
  }

  #nothing(span: Span, problem: ProblemText): Tree {
    this.isWhole = false;
    this.#report(span, problem);
    return { kind: 'null', span };
  }
}
