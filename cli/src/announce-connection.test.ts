import type { AgentDialer, ChannelEvents } from '@cleangrid/core/agent-link.ts';
import type { ToAgent } from '@cleangrid/core/protocol.ts';
import { expect, test } from 'vitest';
import { announceConnection } from './announce-connection.ts';

const welcome = { kind: 'welcome' } as ToAgent;

function announced() {
  const said: string[] = [];
  const dialed: ChannelEvents<ToAgent>[] = [];
  const dialer: AgentDialer = {
    dial: (events) => {
      dialed.push(events);
      return { send: () => true, drained: async () => {}, close: () => {} };
    },
  };
  const link = announceConnection(dialer, 'grid:7443', (line) => said.push(line));
  const dial = () => {
    link.dialer.dial({ message: () => {}, closed: () => {} });
    return dialed.at(-1);
  };
  return { said, link, dial };
}

test('says once that the coordinator is there, that it is lost, and that it is back', () => {
  const { said, link, dial } = announced();
  expect(link.whyNotReady()).toBe('no coordinator at grid:7443');
  dial()?.message(welcome);
  expect(link.whyNotReady()).toBeNull();
  dial()?.closed('cut');
  dial()?.closed('refused');
  expect(link.whyNotReady()).not.toBeNull();
  dial()?.message(welcome);
  expect(said).toEqual([
    'Connected. Waiting for work.',
    'No connection to the coordinator: cut. Trying again.',
    'Connected again.',
  ]);
});

test('says nothing when the end was wanted', () => {
  const { said, link, dial } = announced();
  link.end();
  const channel = dial();
  channel?.message(welcome);
  channel?.closed('drained');
  expect(said).toEqual([]);
});
