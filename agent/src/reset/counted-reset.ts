/** A reset that answers as a test wants it, and counts. */

import { clean, type InstanceReset, type ResetAnswer } from './instance-reset.ts';

export function countedReset(
  answer: ResetAnswer | Error,
  counts: { resets: number },
  prepare: ResetAnswer = clean,
): InstanceReset {
  let namespaces = 0;
  return {
    prepare: async () => prepare,
    resume: async () => clean,
    async reset() {
      counts.resets += 1;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async openNamespace() {
      namespaces += 1;
      const namespace = { database: `d${namespaces}`, close: async () => ({ kind: 'clean' as const }) };
      return { kind: 'opened', namespace };
    },
  };
}
