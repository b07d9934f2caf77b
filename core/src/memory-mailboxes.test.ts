import { mailboxesContract } from './mailboxes.contract.ts';
import { MemoryMailboxes } from './memory-mailboxes.ts';

mailboxesContract('in memory', async () => {
  const mailboxes = new MemoryMailboxes(setImmediate);
  return { sender: mailboxes, reader: mailboxes, close: async () => {} };
});
