/** How much of a batch a result takes, as `core` or as the wire knows it. */

import { wireWeightChars } from '@cleangrid/core/limits.ts';

interface Output {
  head: string;
  tail: string;
}

interface WeighedResult {
  stdout?: Output | undefined;
  stderr?: Output | undefined;
  failedChecks: readonly { expected: string; actual: string }[];
}

/** 1 for a result without text, and 1 for each `wireWeightChars` of its text. */
export function resultWeight({ stdout, stderr, failedChecks }: WeighedResult): number {
  let chars = outputChars(stdout) + outputChars(stderr);
  for (const { expected, actual } of failedChecks) chars += expected.length + actual.length;
  return 1 + Math.floor(chars / wireWeightChars);
}

/** Of bytes that are no result. */
export function bytesWeight({ length }: Uint8Array): number {
  return 1 + Math.floor(length / wireWeightChars);
}

/** Of messages that carry any number of them. */
export function resultsWeight(results: Iterable<WeighedResult | null | undefined>): number {
  let weight = 0;
  for (const result of results) weight += result ? resultWeight(result) : 1;
  return Math.max(1, weight);
}

function outputChars(output: Output | undefined): number {
  return output ? output.head.length + output.tail.length : 0;
}
