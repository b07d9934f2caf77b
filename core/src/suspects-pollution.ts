/** Whether a scenario failed only where others had left something: it failed in used containers and passed in fresh ones. */

import type { ScenarioRecord } from './run-service.ts';

/** Both outcomes are among its attempts. */
export function suspectsPollution({ attempts }: Pick<ScenarioRecord, 'attempts'>): boolean {
  return attempts.some(({ fresh, verdict }) => fresh && verdict?.outcome === 'passed');
}
