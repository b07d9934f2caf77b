/** Runs a shell command on a pseudo-terminal, as somebody does who types: through `script` of util-linux. */

import { type ChildProcess, spawn } from 'node:child_process';

export interface OnTerminal {
  readonly process: ChildProcess;
  type(text: string): void;
  /** Resolves when the screen held the text. Rejects with what it holds instead when that takes longer than `shownMsMax`. */
  shows(text: string): Promise<void>;
  /** Resolves to all that was shown when it has ended. */
  readonly ended: Promise<string>;
}

const shownMsMax = 60_000;

export function onTerminal(command: string, environment: Record<string, string>): OnTerminal {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Set<() => void>();
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(shown));
  });
  return {
    process: child,
    type: (text) => void child.stdin.write(text),
    ended,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!shown.includes(text)) return;
          clearTimeout(tooLate);
          waiting.delete(look);
          resolve();
        };
        const tooLate = setTimeout(
          () => reject(new Error(`did not show ${text} in time, but:\n${shown}`)),
          shownMsMax,
        );
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`ended before it showed ${text}:\n${shown}`)));
      }),
  };
}
