/** Contract of `Containers`: their logs. */

import { logLineBytesMax } from '@cleangrid/core/limits.ts';
import { describe, expect, it } from 'vitest';
import type { Containers } from '../container-runtime.ts';
import type { ContainerStand } from './container-stand.ts';
import { contractCommands as commands } from './contract-commands.ts';

export function logsContract(stand: () => ContainerStand): void {
  const containers = (): Containers => stand().runtime.containers;

  describe('logs', () => {
    it('tells lines of both streams with their times', async () => {
      const id = await stand().start({ command: commands.logTwoStreams.argv });
      const lines = await Array.fromAsync(containers().logs(id, { follow: true }));
      expect(lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)).toEqual([
        'one',
        'three',
      ]);
      expect(lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text)).toEqual(['two']);
      for (const { at } of lines) expect(Date.parse(at)).toBeGreaterThan(0);
      const last = await Array.fromAsync(containers().logs(id, { follow: false, tail: 1 }));
      expect(last).toHaveLength(1);
      const none = { follow: false, sinceMs: Date.parse('2100-01-01') };
      expect(await Array.fromAsync(containers().logs(id, none))).toEqual([]);
    });

    it('follows until the container ends', async () => {
      const id = await stand().start({ command: commands.logAfterGo.argv });
      const texts: string[] = [];
      for await (const { text } of containers().logs(id, { follow: true })) {
        texts.push(text);
        if (text === 'before') await stand().run({ container: id, argv: commands.touchGo.argv });
      }
      expect(texts).toEqual(['before', 'after']);
    });

    it('follows until told to stop', async () => {
      const id = await stand().start({ command: commands.logAfterGo.argv });
      const stop = new AbortController();
      const texts: string[] = [];
      for await (const { text } of containers().logs(id, { follow: true, signal: stop.signal })) {
        texts.push(text);
        stop.abort();
      }
      expect(texts).toEqual(['before']);
    });

    it('cuts a line without end', async () => {
      const id = await stand().start({ command: commands.logLongLine.argv });
      const lines = await Array.fromAsync(containers().logs(id, { follow: true }));
      expect(lines.map(({ text }) => text)).toEqual(['x'.repeat(logLineBytesMax), 'short']);
    });
  });
}
