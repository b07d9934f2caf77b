/** Brings /workspace of one container to exactly the suite's files, and remembers how it then looked: a listing that says the same again is all that the next lease costs. */

import type { BlobStore, WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { workspaceDirectory } from '../pool/workspace-volume.ts';
import { type Amendment, CannotKeep, type ContainerFiles, file, folder, removal } from './container-files.ts';
import { type Entries, parseEntries } from './entries.ts';
import {
  fileMode,
  folderMode,
  type Held,
  isNothing,
  isSameFile,
  isSameWorkspace,
  planAmendments,
  type PlannedAmendments,
} from './plan-amendments.ts';

/** What is known of a /workspace that was filled. `seen`: it holds `files` and nothing else while its listing is this; null: it has to be looked at. */
export interface FilledWorkspace {
  files: ReadonlyMap<string, WorkspaceFile>;
  seen: { bytes: Buffer; entries: Entries } | null;
}

export interface FillParts {
  containerFiles: ContainerFiles;
  blobs: BlobStore;
}

export type WantedWorkspace = ReadonlyMap<string, WorkspaceFile>;

export async function fillWorkspace(
  parts: FillParts,
  wanted: WantedWorkspace,
  before: FilledWorkspace | null,
): Promise<FilledWorkspace> {
  const listing = await parts.containerFiles.list([workspaceDirectory]);
  const { seen = null } = before ?? {};
  if (before && seen?.bytes.equals(listing.bytes) && isSameWorkspace(before.files, wanted)) return before;
  const held: Held | null = before && seen && { entries: seen.entries, files: before.files };
  const entries = parseEntries(listing);
  const plan = planAmendments(entries, wanted, held);
  if (isNothing(plan) && listing.settled) return { files: wanted, seen: { bytes: listing.bytes, entries } };
  await parts.containerFiles.amend(amendmentsOf(plan, parts.blobs));
  return verify(parts, wanted);
}

/** Beside steps that run: what they use stays, and only files that nobody has brought yet are written. */
export async function addFiles(
  { containerFiles, blobs }: FillParts,
  wanted: WantedWorkspace,
  before: FilledWorkspace | null,
): Promise<FilledWorkspace> {
  const held = before?.files ?? new Map<string, WorkspaceFile>();
  const missing = new Map([...wanted].filter(([path, one]) => !isSameFile(held.get(path), one)));
  if (before && missing.size === 0) return before;
  const entries = parseEntries(await containerFiles.list([workspaceDirectory]));
  const { folders } = planAmendments(entries, missing, null);
  await containerFiles.amend(amendmentsOf({ remove: [], folders, files: missing }, blobs));
  return { files: new Map([...held, ...missing]), seen: null };
}

/** What a process of the service itself adds in this moment is looked at the next time. */
async function verify(
  { containerFiles }: FillParts,
  wanted: ReadonlyMap<string, WorkspaceFile>,
): Promise<FilledWorkspace> {
  const { bytes, settled } = await containerFiles.list([workspaceDirectory]);
  const entries = parseEntries({ bytes });
  const { remove, folders, files } = planAmendments(entries, wanted, { entries, files: wanted });
  const [wrong] = [...folders, ...files.keys()];
  if (wrong !== undefined) throw new CannotKeep(`${wrong} does not stay as the suite has it`);
  return { files: wanted, seen: settled && remove.length === 0 ? { bytes, entries } : null };
}

async function* amendmentsOf(plan: PlannedAmendments, blobs: BlobStore): AsyncGenerator<Amendment> {
  for (const path of plan.remove) yield removal(path);
  for (const path of plan.folders) yield folder(path, folderMode);
  for (const [path, one] of plan.files) yield file(path, fileMode(one), await blobs.get(one.sha256));
}
