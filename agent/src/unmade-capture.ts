/** A step that needs a value which an earlier step did not come to capture cannot run. */

import type { PlannedStep, Template } from '@cleangrid/core/plan.ts';

/** The name of a capture that the step uses and nobody made; null: it can run. */
export function unmadeCapture(step: PlannedStep, made: ReadonlyMap<string, string>): string | null {
  for (const part of templatesOf(step).flat()) {
    if (typeof part !== 'string' && part.kind === 'capture' && !made.has(part.name)) return part.name;
  }
  return null;
}

function templatesOf({ command, env, workdir, stdin }: PlannedStep): Template[] {
  return [
    ...(command.kind === 'argv' ? command.argv : Object.values(command.variables)),
    ...Object.values(env),
    ...(workdir === null ? [] : [workdir]),
    ...(stdin?.kind === 'text' ? [stdin.text] : []),
  ];
}
