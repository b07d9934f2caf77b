/** `cleangrid validate`: every problem of every suite in one pass. */

import { hasErrors } from '@cleangrid/core/suite/problem.ts';
import {
  renderProblemsGithub,
  renderProblemsJson,
  renderProblemsText,
} from '@cleangrid/core/suite/render-problems.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import { problemCounts } from '../problem-counts.ts';
import type { ValidateOptions } from '../handlers.ts';
import { readSubmission, type SubmissionRead } from '../read-submission.ts';
import { counted } from '../scenario-words.ts';
import { suitePaint } from '../suite-paint.ts';
import { writeLines } from '../terminal.ts';

export async function validateCommand(
  paths: string[],
  options: ValidateOptions,
  { terminal, cwd }: CommandContext,
): Promise<number> {
  const { out } = terminal;
  const read = await readSubmission(paths, options.var, cwd);
  const code = hasErrors(read.problems) ? exitCodes.usage : exitCodes.passed;
  if (options.format === 'json') writeLines(out, [renderProblemsJson(read.problems)]);
  if (options.format === 'github' && read.problems.length > 0)
    writeLines(out, [renderProblemsGithub(read.problems)]);
  if (options.format === 'text') {
    if (read.problems.length > 0)
      writeLines(out, [renderProblemsText(read.problems, read.files, suitePaint(out.paint)), '']);
    writeLines(out, [conclusion(read)]);
  }
  return code;
}

function conclusion({ plan, problems, files }: SubmissionRead): string {
  const suites = counted(files.length, 'suite');
  if (plan === null) return `${problemCounts(problems)} in ${suites}`;
  const steps = plan.scenarios.reduce((sum, scenario) => sum + scenario.steps.length, 0);
  const warnings = problems.length === 0 ? '' : `, ${problemCounts(problems)}`;
  return `${suites} valid: ${counted(plan.scenarios.length, 'scenario')}, ${counted(steps, 'step')}${warnings}`;
}
