/** The terminal that this process was started in, or the pipes in its place. */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Console } from '../console.ts';

export function openProcessConsole(environment: NodeJS.ProcessEnv): Console {
  const { stdin, stdout } = process;
  const restore = (): void => void stdin.setRawMode(false);
  return {
    isTerminal: stdin.isTTY && stdout.isTTY,
    kind: environment['TERM'] ?? 'xterm',
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    onResize(listener) {
      stdout.on('resize', listener);
      return () => void stdout.off('resize', listener);
    },
    takeKeys() {
      stdin.setRawMode(true);
      leaveOutputAsItIs();
      // However the process ends, as far as it is asked.
      process.on('exit', restore);
      return () => {
        restore();
        process.off('exit', restore);
      };
    },
    input: () => stdin,
    async write(stream, chunk) {
      // The chunk is the caller's again after this.
      const to = process[stream];
      const isRoom = to.write(Uint8Array.from(chunk));
      if (!isRoom && to.writable) await once(to, 'drain').catch(() => undefined);
      return to.writable;
    },
    close: () => void stdin.destroy(),
  };
}

/** Node's raw mode still turns each line feed into two characters, which moves the cursor of full-screen programs. Without stty they look odd. */
function leaveOutputAsItIs(): void {
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
