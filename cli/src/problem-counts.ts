/** How many problems there are, in words. */

import type { Problem } from '@cleangrid/core/suite/problem.ts';
import { counted } from './scenario-words.ts';

export function problemCounts(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  return [errors > 0 && counted(errors, 'error'), warnings > 0 && counted(warnings, 'warning')]
    .filter(Boolean)
    .join(', ');
}
