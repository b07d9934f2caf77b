/** Sizes as suites write them and as people read them. Inside, a size is an integer of bytes. */

const unitBytes: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** `512B`, `256MiB`, `1.5GB` in bytes, rounded; null when the text is no size with a unit. */
export function parseBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([kKMGT]i?B|B)$/u.exec(text);
  const unit = unitBytes[match?.[2] ?? ''];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null;
}

/** `0 B`, `1.5 KiB`, `256 MiB`: three digits or fewer, binary units. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < 1024) return `${shown(value)} ${unit}`;
    value /= 1024;
  }
  return `${shown(value)} TiB`;
}

function shown(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));
}
