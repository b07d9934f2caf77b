import type { StepEvidence } from '@cleangrid/core/result.ts';
import { expect, test } from 'vitest';
import { describeEvidence } from './describe-evidence.ts';

const evidence: StepEvidence = {
  userCpuMs: 1.24,
  systemCpuMs: 12.4,
  peakMemoryBytes: 3 * 1024 * 1024,
  survivorsKilled: 0,
  oom: false,
  processesLeft: 'gone',
};

test('says what the processes used, and that none is left', () => {
  expect(describeEvidence(evidence)).toBe('CPU 1.2ms user + 12ms system, peak memory 3 MiB, no process left');
});

test('says what was left and what was done about it', () => {
  expect(describeEvidence({ ...evidence, survivorsKilled: 2, oom: true, processesLeft: 'dirty' })).toMatch(
    /, killed for memory, 2 left running and killed, a process could not be killed$/u,
  );
  expect(describeEvidence({ ...evidence, processesLeft: 'kept' })).toMatch(/, processes kept as asked$/u);
});
