import { expect, test } from 'vitest';
import { fakeContext } from '../fake/fake-context.ts';
import type { Finding } from '../inspection.ts';
import { doctorCommand } from './doctor.ts';

const fine: Finding = { level: 'ok', subject: 'Docker', message: 'Engine 20.10', remedy: null };
const low: Finding = { level: 'warning', subject: 'disk', message: '3 GiB free', remedy: 'Free some space.' };
const denied: Finding = {
  level: 'problem',
  subject: 'Docker',
  message: 'no permission',
  remedy: 'Join the group.',
};

test('says that all is well', async () => {
  const context = fakeContext({ findings: [fine] });
  expect(await doctorCommand(context)).toBe(0);
  expect(context.terminal.out.text()).toBe('ok       Docker: Engine 20.10\n\nAll is well.\n');
});

test('says what to do about a warning, which is no problem', async () => {
  const context = fakeContext({ findings: [fine, low] });
  expect(await doctorCommand(context)).toBe(0);
  expect(context.terminal.out.text()).toContain('warning  disk: 3 GiB free\n         Free some space.\n');
  expect(context.terminal.out.text()).toContain('cleangrid works here. 1 warning.');
});

test('exits with 3 when there is a problem', async () => {
  const context = fakeContext({ findings: [denied, low] });
  expect(await doctorCommand(context)).toBe(3);
  expect(context.terminal.out.text()).toContain('PROBLEM  Docker: no permission\n         Join the group.\n');
  expect(context.terminal.out.text()).toContain('1 problem: cleangrid will not work here.');
});
