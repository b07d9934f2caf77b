/** A plan on its way, a part at a time: neither end holds more than it must, whatever the size of the plan. */

import { submitChunkScenariosMax, submitChunkStepsMin } from './limits.ts';
import type { PlannedScenario } from './plan.ts';
import { type SubmittedScenario, submitted } from './run-service.ts';

/** Made when they are asked for. */
export function* submissionChunks(scenarios: Iterable<PlannedScenario>): Generator<SubmittedScenario[]> {
  let chunk: SubmittedScenario[] = [];
  let stepCount = 0;
  for (const planned of scenarios) {
    chunk.push(submitted(planned));
    stepCount += planned.steps.length;
    if (chunk.length < submitChunkScenariosMax && stepCount < submitChunkStepsMin) continue;
    yield chunk;
    chunk = [];
    stepCount = 0;
  }
  if (chunk.length > 0) yield chunk;
}
