/** Expectations in words, one line each. */

import { formatDuration } from '../duration.ts';
import { unreachable } from '../errors.ts';
import type { ExitExpectation, Expectations, OutputExpectation } from '../expectation.ts';

export function describeExpectations(expect: Expectations): string[] {
  return [
    describeExit(expect.exit),
    ...expect.stdout.map((one) => `stdout ${describeOutput(one)}`),
    ...expect.stderr.map((one) => `stderr ${describeOutput(one)}`),
    ...expect.duration.map(
      ({ comparison, limitMs }) => `duration ${symbols[comparison]} ${formatDuration(limitMs)}`,
    ),
  ];
}

const symbols = { lt: '<', lte: '≤', gt: '>', gte: '≥' };

function describeExit(exit: ExitExpectation): string {
  switch (exit.kind) {
    case 'codes':
      return `exit ${exit.codes.join(' or ')}`;
    case 'not':
      return `exit not ${exit.code}`;
    case 'any':
      return 'exit any';
    case 'signal':
      return `exit by ${exit.signal}`;
    default:
      return unreachable(exit);
  }
}

function describeOutput(expectation: OutputExpectation): string {
  switch (expectation.kind) {
    case 'equals':
    case 'contains':
      return `${expectation.kind} ${JSON.stringify(expectation.text)}`;
    case 'not_contains':
      return `does not contain ${JSON.stringify(expectation.text)}`;
    case 'matches':
      return `matches /${expectation.pattern}/`;
    case 'not_matches':
      return `does not match /${expectation.pattern}/`;
    case 'lines':
      return `has the lines ${JSON.stringify(expectation.lines)}`;
    case 'empty':
      return expectation.empty ? 'is empty' : 'is not empty';
    case 'json':
      return Object.entries(expectation.values)
        .map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
        .join(', ');
    default:
      return unreachable(expectation);
  }
}
