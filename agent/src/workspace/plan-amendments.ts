/** What has to be removed, made and written so that /workspace holds exactly the suite's files. Pure. */

import type { WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { workspaceDirectory } from '../pool/workspace-volume.ts';
import { type Entries, type Entry, entryPath, foldersOf, topmost } from './entries.ts';

/** What was written, and what was seen then: a file whose entry is still the same holds what was written. */
export interface Held {
  entries: Entries;
  files: ReadonlyMap<string, WorkspaceFile>;
}

export interface PlannedAmendments {
  remove: string[];
  /** Parents first. */
  folders: string[];
  files: Map<string, WorkspaceFile>;
}

export const folderMode = 0o777;

/** Everyone may read and write: a step may run as any user. */
export function fileMode({ executable }: WorkspaceFile): number {
  return executable ? 0o777 : 0o666;
}

/** By the path of its entry. */
export function wantedFiles(files: readonly WorkspaceFile[]): Map<string, WorkspaceFile> {
  return new Map(files.map((one) => [`${workspaceDirectory}/${entryPath(one.path)}`, one]));
}

/** Where something is mounted is not /workspace any more: what is there stays, and no file is written there. */
export function planAmendments(
  entries: Entries,
  wanted: ReadonlyMap<string, WorkspaceFile>,
  held: Held | null,
): PlannedAmendments {
  const mounts = [...entries].filter(([, { type }]) => type === 'm').map(([path]) => path);
  const isMounted = (path: string): boolean =>
    mounts.some((mount) => path === mount || path.startsWith(`${mount}/`));
  const files = new Map([...wanted].filter(([path]) => !isMounted(path)));
  const folders = new Set([workspaceDirectory, ...[...files.keys()].flatMap(foldersOf)]);
  const kept = new Set(mounts.flatMap(foldersOf));
  const stays = (path: string, { type }: Entry): boolean =>
    type === 'm' || (type === 'd' ? folders.has(path) || kept.has(path) : type === 'f' && files.has(path));
  const tooMuch = [...entries].filter(([path, entry]) => !stays(path, entry)).map(([path]) => path);
  return {
    remove: topmost(tooMuch),
    folders: [...folders].filter((path) => !isPlainFolder(entries.get(path))),
    files: new Map([...files].filter(([path, one]) => !isAsHeld(path, one, { entries, held }))),
  };
}

export function isNothing({ remove, folders, files }: PlannedAmendments): boolean {
  return remove.length === 0 && folders.length === 0 && files.size === 0;
}

export function isSameFile(one: WorkspaceFile | undefined, other: WorkspaceFile): boolean {
  return one?.sha256 === other.sha256 && one.executable === other.executable;
}

export function isSameWorkspace(
  one: ReadonlyMap<string, WorkspaceFile>,
  other: ReadonlyMap<string, WorkspaceFile>,
): boolean {
  return one.size === other.size && [...other].every(([path, file]) => isSameFile(one.get(path), file));
}

function isPlainFolder(entry: Entry | undefined): boolean {
  return entry?.type === 'd' && entry.mode === folderMode && entry.owner === '0 0' && !entry.hasAttributes;
}

function isAsHeld(
  path: string,
  wanted: WorkspaceFile,
  { entries, held }: { entries: Entries; held: Held | null },
): boolean {
  const entry = entries.get(path);
  if (!entry || entry.type !== 'f' || entry.mode !== fileMode(wanted)) return false;
  return isSameFile(held?.files.get(path), wanted) && held?.entries.get(path)?.text === entry.text;
}
