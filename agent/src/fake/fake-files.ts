/** The file system of a fake container: paths and bytes, with volumes mounted into it. */

import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { GridError } from '@cleangrid/core/errors.ts';
import tar from 'tar-stream';
import type { FileChange } from '../container-runtime.ts';

/** Absolute path → content; null: a directory. */
export type FakeTree = Map<string, Uint8Array | null>;

interface Mount {
  target: string;
  tree: FakeTree;
}

export class FakeFiles {
  readonly #root: FakeTree = new Map(['/', '/tmp', '/root', '/bin', '/etc'].map((path) => [path, null]));
  readonly #mounts: Mount[];
  readonly #isReadOnly: boolean;
  /** Outside of mounts. */
  readonly changes: Map<string, FileChange> = new Map();

  constructor({ mounts, isReadOnly }: { mounts: Mount[]; isReadOnly: boolean }) {
    this.#mounts = mounts;
    this.#isReadOnly = isReadOnly;
    for (const { target } of mounts) this.#root.set(target, null);
  }

  has(path: string): boolean {
    return this.read(path) !== undefined || this.hasDirectory(path);
  }

  hasDirectory(path: string): boolean {
    const { tree, at } = this.#locate(path);
    return at === '/' || tree.get(at) === null;
  }

  read(path: string): Uint8Array | undefined {
    const { tree, at } = this.#locate(path);
    return tree.get(at) ?? undefined;
  }

  write(path: string, content: Uint8Array | null): void {
    const { tree, at, isMounted } = this.#locate(path);
    if (this.#isReadOnly && !isMounted)
      throw new GridError('runtime_error', 'container rootfs is marked read-only');
    if (!isMounted && !this.changes.has(path)) this.changes.set(path, tree.has(at) ? 'changed' : 'added');
    tree.set(at, content);
  }

  async unpack(directory: string, archive: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    if (!this.hasDirectory(directory))
      throw new GridError('not_found', `could not find the directory ${directory}`);
    const extract = Readable.from(archive instanceof Uint8Array ? [archive] : archive).pipe(tar.extract());
    for await (const entry of extract) {
      const path = join(directory, entry.header.name);
      this.write(path, entry.header.type === 'directory' ? null : await buffer(entry));
      entry.resume();
    }
  }

  async *pack(path: string): AsyncGenerator<Uint8Array> {
    if (!this.has(path)) throw new GridError('not_found', `could not find the file ${path}`);
    const archive = tar.pack();
    for (const [name, content] of this.#below(path)) {
      if (content === null) archive.entry({ name, type: 'directory' });
      else archive.entry({ name }, Buffer.from(content));
    }
    archive.finalize();
    for await (const chunk of archive) yield chunk as Uint8Array;
  }

  /** Named as in Docker's archives: from the last part of the path on. */
  #below(path: string): [string, Uint8Array | null][] {
    const { tree, at } = this.#locate(path);
    const base = path.slice(path.lastIndexOf('/') + 1);
    return [...tree]
      .filter(([name]) => name === at || name.startsWith(join(at, '')))
      .map(([name, content]) => [base + name.slice(at === '/' ? 0 : at.length), content]);
  }

  #locate(path: string): { tree: FakeTree; at: string; isMounted: boolean } {
    const mount = this.#mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
    if (!mount) return { tree: this.#root, at: path, isMounted: false };
    return { tree: mount.tree, at: path.slice(mount.target.length) || '/', isMounted: true };
  }
}

function join(directory: string, name: string): string {
  return `${directory.replace(/\/$/, '')}/${name.replace(/^\.\//, '').replace(/\/$/, '')}`;
}
