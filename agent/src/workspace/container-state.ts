/**
 * All that steps can leave in a workspace container outside of /workspace. What they added to temporary places, homes and mounts can be removed;
 * anything else must be as it was before the first lease.
 */

import type { ContainerRuntime } from '../container-runtime.ts';
import { workspaceDirectory } from '../pool/workspace-volume.ts';
import type { ContainerFiles } from './container-files.ts';
import { type Entries, type Entry, foldersOf, parseEntries, topmost } from './entries.ts';
import { readUpperEntries } from './upper-entries.ts';

export interface ContainerState {
  /** Where what is added may be removed again. */
  places: readonly string[];
  entries: Entries;
  /** What differs from the image elsewhere, by path. */
  changes: ReadonlyMap<string, string>;
  /** System V message queues, semaphores and shared memory. */
  ipc: string;
}

export interface StateParts {
  runtime: ContainerRuntime;
  containerFiles: ContainerFiles;
  container: { id: string; upperDirectory: string | null };
}

/** `places`: of an earlier look, mounts of a running container do not change. Throws as `ContainerFiles` and the runtime do. */
export async function readContainerState(
  parts: StateParts,
  signal: AbortSignal,
  places?: readonly string[],
): Promise<ContainerState> {
  const { containerFiles } = parts;
  const kernelFiles = ['/proc/self/mountinfo', '/proc/sysvipc/msg', '/proc/sysvipc/sem', '/proc/sysvipc/shm'];
  const [mounts = '', ...ipc] = await containerFiles.print(kernelFiles);
  const known = places ?? [...new Set([...temporaryPlaces, ...mountsOf(mounts)])];
  const folders = [...new Set(['/', ...known.flatMap(foldersOf)])];
  const listing = await containerFiles.list([...known, ...folders.map((path) => `=${path}`)]);
  const changes = await readChanges(parts, { places: known, folders }, signal);
  return { places: known, entries: parseEntries(listing), changes, ipc: ipc.map(objectsOf).join('') };
}

/** And homes: steps are used to writing there. */
const temporaryPlaces = ['/tmp', '/var/tmp', '/run', '/root', '/home'];

/** What can be written to of what is mounted: /dev and the places for memory and queues in it, volumes of the image, files that Docker makes. */
function mountsOf(mountinfo: string): string[] {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [, , , , path = '', options = ''] = line.split(' ');
    const isWritable = options.split(',').includes('rw');
    return isWritable && !path.includes('\\') ? [path] : [];
  });
  return mounts.filter((path) => path !== '/' && !othersMounts.test(path));
}

/** The kernel's own, whose contents come and go with processes, and what the keeper itself fills. */
const othersMounts = new RegExp(`^(/proc|/sys|/dev/pts|${workspaceDirectory})(/|$)`, 'u');

/** Without the line of headings. */
function objectsOf(table: string): string {
  return table.split('\n').slice(1).join('\n');
}

interface Known {
  places: readonly string[];
  /** That places are in: looked at by themselves. */
  folders: readonly string[];
}

async function readChanges(
  { runtime, container }: StateParts,
  { places, folders }: Known,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { id, upperDirectory } = container;
  const isSkipped = (path: string): boolean =>
    [...places, workspaceDirectory].some((place) => path === place || path.startsWith(`${place}/`));
  const read = upperDirectory === null ? null : await readUpperEntries(upperDirectory, isSkipped);
  const changes = read ?? (await runtime.containers.changes(id, signal));
  return new Map([...changes].filter(([path]) => !folders.includes(path) && !isSkipped(path)));
}

export type StateDifference =
  /** Removing these makes it what it was. */
  { kind: 'added'; paths: string[] } | { kind: 'changed'; what: string };

export function compareStates(before: ContainerState, now: ContainerState): StateDifference {
  if (now.ipc !== before.ipc) return { kind: 'changed', what: 'System V IPC objects were left' };
  const elsewhere = differenceOf(before.changes, now.changes, (one, other) => one === other);
  if (elsewhere !== null) return { kind: 'changed', what: elsewhere };
  const added = [...now.entries.keys()].filter((path) => !before.entries.has(path));
  const made = added.find((path) => before.places.includes(path));
  if (made !== undefined) return { kind: 'changed', what: `${made} was made` };
  const paths = topmost(added);
  const others = new Map([...now.entries].filter(([path]) => before.entries.has(path)));
  const changed = differenceOf(before.entries, others, isSameEntry);
  return changed === null ? { kind: 'added', paths } : { kind: 'changed', what: changed };
}

function differenceOf<T>(
  before: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
  isSame: (one: T, other: T, path: string) => boolean,
): string | null {
  for (const [path, one] of now) {
    const earlier = before.get(path);
    if (earlier === undefined) return `${path} was made or changed`;
    if (!isSame(earlier, one, path)) return `${path} was changed`;
  }
  const gone = [...before.keys()].find((path) => !now.has(path));
  return gone === undefined ? null : `${gone} was removed`;
}

/** A folder changes with what comes and goes in it, a device when it is used. */
function isSameEntry(one: Entry, other: Entry): boolean {
  if (one.type !== other.type) return false;
  if (one.type === 'm') return true;
  if (!'dcb'.includes(one.type)) return one.text === other.text;
  const isSameSize = one.type === 'd' || one.size === other.size;
  return (
    one.mode === other.mode &&
    one.owner === other.owner &&
    one.hasAttributes === other.hasAttributes &&
    one.inode === other.inode &&
    isSameSize
  );
}
