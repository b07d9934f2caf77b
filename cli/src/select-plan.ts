/** The plan that `run` and `plan` work on: free of errors, and only what was selected. */

import { GridError } from '@cleangrid/core/errors.ts';
import type { Plan } from '@cleangrid/core/plan.ts';
import { renderProblemsText } from '@cleangrid/core/suite/render-problems.ts';
import { selectScenarios } from '@cleangrid/core/suite/select-scenarios.ts';
import type { SelectionOptions } from './handlers.ts';
import type { SubmissionRead } from './read-submission.ts';
import { problemCounts } from './problem-counts.ts';
import { suitePaint } from './suite-paint.ts';
import { type Output, writeLines } from './terminal.ts';

/** Prints every problem to `output`, then throws `bad_suite` when one is an error, and `nothing_selected`. */
export function selectPlan(read: SubmissionRead, selection: SelectionOptions, output: Output): Plan {
  const { plan, problems, files } = read;
  if (problems.length > 0)
    writeLines(output, [renderProblemsText(problems, files, suitePaint(output.paint)), '']);
  if (plan === null)
    throw new GridError('bad_suite', `nothing was run, because the suites have ${problemCounts(problems)}`, {
      hint: 'One broken suite stops all: what runs is always what was asked for.',
    });
  const selected = selectScenarios(plan, { select: selection.select, tags: selection.tag });
  if (selected.scenarios.length === 0)
    throw new GridError('nothing_selected', `none of ${plan.scenarios.length} scenarios was selected`, {
      hint: 'Look at their names and tags with cleangrid plan.',
    });
  return selected;
}
