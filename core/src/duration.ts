/** Durations as people write and read them: `250ms`, `1.5s`, `2min`, `1h`. A number without a unit is refused. */

const unitsMs = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const durationForms = 'a number with ms, s, min, h or d, like "500ms" or "1.5s"';

/** Milliseconds, rounded up to a whole one; null when the text is not a duration. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?(ms|s|min|m|h|d)$/u.exec(text);
  if (!match) return null;
  const [, amount, unit] = match;
  const ms = Math.ceil(Number(amount) * unitsMs[unit as keyof typeof unitsMs]);
  return Number.isSafeInteger(ms) ? ms : null;
}

/** For people: `7ms`, `1.24s`, `2min 5s`, `3h 20min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${trimZeros((ms / 1000).toFixed(ms < 9_995 ? 2 : 1))}s`;
  const totalSeconds = Math.round(ms / 1000);
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor((totalSeconds % 3600) / 60);
  const seconds = totalSeconds % 60;
  const parts =
    hours > 0
      ? [`${hours}h`, minutes > 0 && `${minutes}min`]
      : [`${minutes}min`, seconds > 0 && `${seconds}s`];
  return parts.filter(Boolean).join(' ');
}

function trimZeros(decimal: string): string {
  return decimal.replace(/\.?0+$/u, '');
}
