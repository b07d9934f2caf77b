/** Archives of a few small files, for tests that copy. */

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';

export async function archive(files: Record<string, string>): Promise<Buffer> {
  const pack = tar.pack();
  const directories = new Set(Object.keys(files).flatMap((name) => name.split('/').slice(0, -1)));
  for (const name of directories) pack.entry({ name, type: 'directory' });
  for (const [name, content] of Object.entries(files)) pack.entry({ name }, content);
  pack.finalize();
  return buffer(pack);
}

export async function unpack(chunks: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const entry of Readable.from(chunks).pipe(tar.extract())) {
    files[entry.header.name.replace(/^\.\//, '')] = (await buffer(entry)).toString();
    entry.resume();
  }
  return files;
}
