/** The daemon's streams of JSON objects (events, pull progress), one a line. */

import { GridError } from '@cleangrid/core/errors.ts';
import { daemonLineBytesMax } from '@cleangrid/core/limits.ts';

export async function* jsonLines<T>(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
    if (rest.length > daemonLineBytesMax)
      throw new GridError('runtime_error', 'Docker sent a line that is too long to be true');
  }
}
