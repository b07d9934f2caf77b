/** Finds and signals the processes of a plain exec from inside its container: Docker has no call that ends what an exec started. */

import { isGridError } from '@cleangrid/core/errors.ts';
import type { Containers } from './container-runtime.ts';

/** Set in the environment of every command, inherited by what it starts: that is how its processes are found again. */
export const markVariable = 'CLEANGRID_EXEC';

/**
 * Arguments: signal, mark, sessions found before. Signals every process that carries the mark in its environment and every process in a session of one;
 * an exec'd command always leads a session of its own. Prints how many there were, then the sessions. Needs `sh` and nothing else.
 */
export const signalScript: string = `
signal=$1 mark=$2 sessions=" $3 " count=0
carries_mark() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in *"${markVariable}=$mark"*) return 0 ;; esac
  done <"$1/environ"
  return 1
}
read_stat() { read -r stat <"$1/stat" && set -- \${stat##*) } && state=$1 session=$4; }
read_stat /proc/self || exit 1
for process in /proc/[0-9]*; do
  carries_mark "$process" && read_stat "$process" && sessions="$sessions$session "
done 2>/dev/null
for process in /proc/[0-9]*; do
  read_stat "$process" && [ "$state" != Z ] || continue
  case $sessions in *" $session "*) kill -s "$signal" "\${process#/proc/}" && count=$((count + 1)) ;; esac
done 2>/dev/null
echo "$count$sessions"
`;

export interface MarkedProcesses {
  container: string;
  /** Whole, or the beginning of several. */
  mark: string;
  /** Who ran them: others may not look at their environment. */
  user: string | null;
}

export interface Signalled {
  count: number;
  /** To be passed to the next call: a process whose environment no longer tells may still be in them. */
  sessions: string[];
}

/** Null: they cannot be reached, because the image has no \`sh\` or nothing more can be started in the container. */
export async function signalMarked(
  containers: Containers,
  { container, mark, user }: MarkedProcesses,
  { signal, sessions }: { signal: 'TERM' | 'KILL'; sessions: readonly string[] },
): Promise<Signalled | null> {
  let said = '';
  const decoder = new TextDecoder();
  const argv = ['sh', '-c', signalScript, 'sh', signal, mark, sessions.join(' ')];
  try {
    const execution = await containers.exec(
      container,
      { argv, stdin: false, ...(user !== null && { user }) },
      { output: (stream, chunk) => void (stream === 'stdout' && (said += decoder.decode(chunk))) },
    );
    const exit = await execution.exited;
    if (exit.kind === 'refused' || exit.code !== 0) return null;
  } catch (error) {
    if (isGridError(error, 'exec_failed')) return null;
    throw error;
  }
  const [count = '', ...found] = said.split(/\s+/).filter(Boolean);
  return /^\d+$/.test(count) ? { count: Number(count), sessions: [...new Set(found)] } : null;
}
