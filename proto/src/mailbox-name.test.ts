import { type AgentId, type GridId, id } from '@cleangrid/core/ids.ts';
import { describe, expect, it } from 'vitest';
import { isSupersededBy, mailboxName, mailboxPlace, streamName } from './mailbox-name.ts';

describe('names in NATS', () => {
  const epoch = { grid: id<GridId>('abc'), number: 12 };

  it('carries grid and epoch in every name', () => {
    const mailbox = mailboxName(streamName(epoch), { agent: id<AgentId>('host-1'), boot: 7, ordinal: 3 });
    expect(mailbox).toBe('CG_abc_12.host-1_7_3');
    expect(mailboxPlace(mailbox)).toEqual({ stream: 'CG_abc_12', consumer: 'host-1_7_3' });
  });

  it('makes a name that NATS takes of any name of an agent', () => {
    const agent = id<AgentId>(`a.b*c> d/é${'x'.repeat(300)}`);
    const { consumer } = mailboxPlace(mailboxName('CG_abc_12', { agent, boot: 1, ordinal: 1 }));
    expect(consumer).toMatch(/^[A-Za-z0-9_-]{1,200}$/);
  });

  it.each(['CG_abc_12', 'CG_abc_1'])('knows %s as an earlier stream of its grid', (name) => {
    expect(isSupersededBy(epoch, name)).toBe(true);
  });

  it.each(['CG_abc_13', 'CG_abc', 'CG_abc_x', 'CG_abcd_1', 'CG_ab_1', 'KV_abc_1', 'CG_abc_1_2'])(
    'leaves %s alone',
    (name) => {
      expect(isSupersededBy(epoch, name)).toBe(false);
    },
  );
});
