/** What `signalScript` does in a fake container, where there is no shell. */

import { markVariable, signalScript } from '../marked-processes.ts';
import type { FakeProgram } from './fake-process.ts';

export function fakeSignalScript(argv: readonly string[]): FakeProgram | null {
  const [, , script, , signal, mark = ''] = argv;
  if (script !== signalScript || (signal !== 'TERM' && signal !== 'KILL')) return null;
  return async (self) => {
    const found = self.options
      .processes()
      .filter((other) => other !== self && other.options.env[markVariable]?.startsWith(mark));
    for (const process of found) process.signal(signal);
    await self.write('stdout', `${found.length}\n`);
    return 0;
  };
}
