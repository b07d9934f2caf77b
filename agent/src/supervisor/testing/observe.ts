/** How tests look at what a step did. */

import type { RanStep, Stand } from './supervised-stand.ts';

/** Null unless it ended by itself with a code. */
export function exitOf({ end }: RanStep): number | null {
  return end.kind === 'exit' && end.signal === 0 && !end.timedOut && !end.ended ? end.code : null;
}

/** How many `sleep SECONDS` there are in the container. */
export async function leftBehind(stand: Stand, seconds: number): Promise<number> {
  const script = `n=0; for p in /proc/[0-9]*; do read -r c <$p/cmdline; case $c in *sleep${seconds}) n=$((n+1));; esac; done 2>/dev/null; echo $n`;
  const { stdout } = await stand.sh(script);
  return Number(stdout.toString());
}
