/**
 * Walks a suite's folder for the files that its patterns mean. Excluded folders are not entered, and the walk ends at the limit: a suite that
 * lies in someone's home directory gets an answer, not a long wait.
 */

import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { GridError, messageOf } from '@cleangrid/core/errors.ts';
import { workspaceFilesMax } from '@cleangrid/core/limits.ts';
import picomatch from 'picomatch';

export interface FoundFile {
  /** Relative to the root, `/`-separated. */
  path: string;
  absolute: string;
  executable: boolean;
}

export interface Patterns {
  include: readonly string[];
  exclude: readonly string[];
}

/** In byte order of their paths. Links inside the root are followed; one that leads out of it, or nowhere, is `bad_suite`. */
export async function listWorkspaceFiles(
  root: string,
  patterns: Patterns,
  filesMax: number = workspaceFilesMax,
): Promise<FoundFile[]> {
  const walk: Walk = {
    filesMax,
    root: await realpath(root),
    isIncluded: picomatch([...patterns.include], { dot: true }),
    mayHold: folderFilter(patterns.include),
    isExcluded: patterns.exclude.length === 0 ? () => false : picomatch([...patterns.exclude], { dot: true }),
    found: [],
  };
  await walkFolder(walk, { path: '', absolute: walk.root, parents: [] });
  return walk.found.toSorted((left, right) =>
    Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)),
  );
}

/** By the part of each pattern before its first wildcard. */
function folderFilter(include: readonly string[]): (folder: string) => boolean {
  const bases = include
    .map((pattern) => picomatch.scan(pattern).base)
    .map((base) => (base === '.' ? '' : base));
  const isWithin = (path: string, folder: string): boolean =>
    folder === '' || `${path}/`.startsWith(`${folder}/`);
  return (folder) => bases.some((base) => isWithin(folder, base) || isWithin(base, folder));
}

interface Walk {
  filesMax: number;
  root: string;
  isIncluded(path: string): boolean;
  /** Whether something in the folder could be included. */
  mayHold(folder: string): boolean;
  isExcluded(path: string): boolean;
  found: FoundFile[];
}

interface Folder {
  path: string;
  /** Without links. */
  absolute: string;
  /** The folders on the way to it: a link to one of them would never end. */
  parents: readonly string[];
}

async function walkFolder(walk: Walk, folder: Folder): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
    if (walk.isExcluded(path)) continue;
    const absolute = join(folder.absolute, entry.name);
    if (entry.isDirectory()) {
      const parents = [...folder.parents, folder.absolute];
      if (walk.mayHold(path)) await walkFolder(walk, { path, absolute, parents });
    } else if (entry.isSymbolicLink()) await followLink(walk, { path, absolute }, folder);
    else if (walk.isIncluded(path)) addFile(walk, { path, absolute }, await stat(absolute));
  }
}

async function entriesOf(folder: Folder): Promise<Dirent[]> {
  try {
    return await readdir(folder.absolute, { withFileTypes: true });
  } catch (error) {
    throw new GridError('bad_suite', `cannot read the folder ${folder.path || '.'}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Make it readable, or exclude it under [workspace].',
    });
  }
}

async function followLink(
  walk: Walk,
  link: { path: string; absolute: string },
  folder: Folder,
): Promise<void> {
  const target = await realpath(link.absolute).catch(() => null);
  const facts = target === null ? null : await stat(target);
  const isFolder = facts?.isDirectory() ?? false;
  if (!(isFolder ? walk.mayHold(link.path) : walk.isIncluded(link.path))) return;
  if (target === null || facts === null) throw badLink(link.path, 'leads nowhere');
  const inside = relative(walk.root, target);
  if (inside === '..' || inside.startsWith(`..${sep}`))
    throw badLink(link.path, 'leads out of the suite’s folder');
  if (!isFolder) return addFile(walk, { path: link.path, absolute: target }, facts);
  const parents = [...folder.parents, folder.absolute];
  if (parents.includes(target)) throw badLink(link.path, 'leads to a folder that it is in');
  await walkFolder(walk, { path: link.path, absolute: target, parents });
}

function badLink(path: string, why: string): GridError {
  return new GridError('bad_suite', `the link ${path} in the workspace ${why}`, {
    hint: 'Exclude it under [workspace], or put what it means into the folder.',
  });
}

function addFile(walk: Walk, file: { path: string; absolute: string }, facts: Stats): void {
  if (!facts.isFile())
    throw new GridError('bad_suite', `${file.path} in the workspace is not a regular file`, {
      hint: 'Exclude it under [workspace].',
    });
  if (walk.found.length >= walk.filesMax)
    throw new GridError('bad_suite', `the workspace ${walk.root} has more than ${walk.filesMax} files`, {
      hint: 'Name the files that steps need under include of [workspace], or move the suite into a folder of its own.',
    });
  walk.found.push({ ...file, executable: (facts.mode & 0o111) !== 0 });
}
