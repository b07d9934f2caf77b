import { expect, test } from 'vitest';
import { compileText, suiteWith } from './compile-text.ts';

test.each([
  ['needs = ["b"]', 'no scenario depends on another'],
  ['depends_on = ["b"]', 'what it needs to run are `services`'],
  ['matrix = {}', 'write a scenario for each case'],
  ['slow = true', 'leave it out'],
])('says what to do instead of `%s` in a scenario', (line, words) => {
  const [problem] = compileText(suiteWith({ scenario: line })).problems;
  expect(problem?.hint).toContain(words);
});

test.each(['x.toml', 'a.cleangrid.toml'])('reads a file that is named %s', (file) => {
  expect(compileText(suiteWith({ scenario: '' }), { file }).problems).toEqual([]);
});

test('a list whose key is written twice is no reason to complain of a service that only the second uses', () => {
  const text = `suite: { name: s }
services: { db: { image: i } }
scenario:
  - { name: a, image: i, steps: [{ run: x }] }
scenario:
  - { name: b, steps: [{ in: db, run: x }] }
`;
  const { problems } = compileText(text, { file: 'a.cleangrid.yaml' });
  expect(problems).toMatchObject([{ code: 'CG1002', hint: expect.stringContaining('behind `- `') }]);
});
