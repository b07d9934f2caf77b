/** `cleangrid plan`: what would run. */

import { renderPlanJson, renderPlanText } from '@cleangrid/core/suite/render-plan.ts';
import { exitCodes } from '@cleangrid/core/verdict.ts';
import type { CommandContext } from '../command-context.ts';
import type { PlanOptions } from '../handlers.ts';
import { readSubmission } from '../read-submission.ts';
import { selectPlan } from '../select-plan.ts';
import { suitePaint } from '../suite-paint.ts';
import { writeLines } from '../terminal.ts';

export async function planCommand(
  paths: string[],
  options: PlanOptions,
  { terminal, cwd }: CommandContext,
): Promise<number> {
  const { out, err } = terminal;
  const plan = selectPlan(await readSubmission(paths, options.var, cwd), options, err);
  writeLines(out, [options.json ? renderPlanJson(plan) : renderPlanText(plan, suitePaint(out.paint))]);
  return exitCodes.passed;
}
