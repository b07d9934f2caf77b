import { agentLinkContract } from './agent-link.contract.ts';
import { inProcessLink } from './in-process-link.ts';

agentLinkContract('in process', async (accept) => ({
  dialer: inProcessLink(accept, setImmediate),
  close: async () => {},
}));
