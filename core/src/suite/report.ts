/** What both readers of files refuse alike. */

import type { ProblemText } from './problem.ts';
import type { Span, Tree } from './tree.ts';

export type Report = (span: Span, problem: ProblemText) => void;

/** What a parser says that has used up its stack. */
export const tooDeep: ProblemText = { code: 'CG1003', message: 'the file nests too deeply' };

/** Numbers that JavaScript cannot hold exactly are refused where they are read, so that none is changed silently. */
export function numberTree(tree: Tree & { kind: 'integer' | 'float' }, report: Report): Tree {
  const exact = tree.kind === 'integer' ? Number.isSafeInteger(tree.value) : Number.isFinite(tree.value);
  if (!exact) {
    const message = 'this number cannot be held exactly';
    report(tree.span, { code: 'CG1202', message, hint: 'write it in quotes where text will do' });
  }
  return tree;
}
