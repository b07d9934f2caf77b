/** The bytes of an IP address, for the frames that carry one. */

import { isIPv4, isIPv6 } from 'node:net';

/** 4 or 16 bytes; null when the text is no IP address. */
export function ipAddressBytes(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text)) return null;
  const [start = '', end = ''] = withoutDots(text.replace(/%.*$/, '')).split('::');
  const first = groupsOf(start);
  const last = groupsOf(end);
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** `::ffff:1.2.3.4` is `::ffff:102:304`. */
function withoutDots(text: string): string {
  return text.replace(/\d+\.\d+\.\d+\.\d+$/, (dotted) => {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}
