import { logLineBytesMax } from '@cleangrid/core/limits.ts';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../container-runtime.ts';
import { LogLines } from './log-lines.ts';

function take(lines: LogLines, stream: LogLine['stream'], ...parts: string[]): LogLine | null {
  let line: LogLine | null = null;
  for (const [index, part] of parts.entries())
    line = lines.take({ stream, bytes: Buffer.from(part), endsFrame: index === parts.length - 1 });
  return line;
}

describe('LogLines', () => {
  it('splits time from text', () => {
    expect(take(new LogLines(), 'stdout', '2026-01-01T00:00:00Z a b\n')).toEqual({
      stream: 'stdout',
      text: 'a b',
      at: '2026-01-01T00:00:00Z',
    });
  });

  it('puts a frame together that came in parts', () => {
    expect(take(new LogLines(), 'stdout', '2026-01', '-01T00:00:00Z a', 'b\n')).toMatchObject({
      at: '2026-01-01T00:00:00Z',
      text: 'ab',
    });
  });

  it('puts a line together that came in several frames, with the time of the first', () => {
    const lines = new LogLines();
    expect(take(lines, 'stdout', 't1 long ')).toBeNull();
    expect(take(lines, 'stderr', 't2 between\n')).toMatchObject({ text: 'between' });
    expect(take(lines, 'stdout', 't3 line\n')).toEqual({ stream: 'stdout', text: 'long line', at: 't1' });
  });

  it('tells what was written without a line end', () => {
    const lines = new LogLines();
    take(lines, 'stderr', 't1 last words');
    expect(lines.finish()).toEqual([{ stream: 'stderr', text: 'last words', at: 't1' }]);
  });

  it('cuts what is too long', () => {
    const lines = new LogLines();
    const piece = 'x'.repeat(16_000);
    for (let count = 0; count < 10; count += 1) take(lines, 'stdout', `t ${piece}`);
    expect(take(lines, 'stdout', 't \n')?.text).toHaveLength(logLineBytesMax);
  });
});
