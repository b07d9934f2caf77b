/** What both notations are read into: plain data of which each key and value knows its place in the file. */

/** Offsets (UTF-16 code units) into the file's text; `end` is exclusive. */
export interface Span {
  start: number;
  end: number;
}

export type Tree =
  | TableTree
  | { kind: 'array'; span: Span; items: Tree[] }
  | TextTree
  | { kind: 'integer'; span: Span; value: number }
  | { kind: 'float'; span: Span; value: number }
  | { kind: 'boolean'; span: Span; value: boolean }
  | { kind: 'date'; span: Span }
  | { kind: 'null'; span: Span };

export interface TableTree {
  kind: 'table';
  /** Of the key or header that made it, else of its braces. */
  span: Span;
  entries: Map<string, TreeEntry>;
}

export interface TextTree {
  kind: 'string';
  span: Span;
  value: string;
}

export interface TreeEntry {
  keySpan: Span;
  value: Tree;
}

/** For messages: `a string`, `a table`. */
export function describeKind(tree: Tree): string {
  switch (tree.kind) {
    case 'array':
      return 'a list';
    case 'integer':
      return 'an integer';
    case 'float':
      return 'a number';
    case 'null':
      return 'nothing';
    default:
      return `a ${tree.kind}`;
  }
}
