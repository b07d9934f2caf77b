/** How much memory of the machine was taken at most while something ran, above what was taken before. */

import { readFileSync } from 'node:fs';

export interface MemoryWatch {
  stop(): void;
  peakBytes(): number;
}

const sampleMs = 100;

export function watchMemory(): MemoryWatch {
  const before = availableBytes();
  let least = before;
  const sample = (): void => {
    least = Math.min(least, availableBytes());
  };
  const timer = setInterval(sample, sampleMs);
  return {
    stop() {
      clearInterval(timer);
      sample();
    },
    peakBytes: () => before - least,
  };
}

function availableBytes(): number {
  const [, kibibytes = '0'] = /^MemAvailable: *(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
