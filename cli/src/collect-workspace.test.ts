import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceFileBytesMax } from '@cleangrid/core/limits.ts';
import { decodeManifest } from '@cleangrid/core/workspace.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collectWorkspace } from './collect-workspace.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cleangrid-workspace-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const everything = { include: ['**'], exclude: [] };
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('names each file by the hash of its bytes, and the workspace by that of its manifest', async () => {
  writeFileSync(join(root, 'a'), 'alpha');
  writeFileSync(join(root, 'b'), '');
  const made = await collectWorkspace(root, everything);
  expect(made.manifest.files).toEqual([
    { path: 'a', sha256: sha256('alpha'), byteCount: 5, executable: false },
    { path: 'b', sha256: sha256(''), byteCount: 0, executable: false },
  ]);
  const bytes = await made.blobs.get(made.sha256)?.();
  expect(sha256(bytes ?? '')).toBe(made.sha256);
  expect(decodeManifest(bytes ?? new Uint8Array())).toEqual(made.manifest);
});

test('is the same workspace wherever it lies', async () => {
  writeFileSync(join(root, 'a'), 'alpha');
  const here = await collectWorkspace(root, everything);
  const there = mkdtempSync(join(tmpdir(), 'cleangrid-workspace-'));
  writeFileSync(join(there, 'a'), 'alpha');
  expect((await collectWorkspace(there, everything)).sha256).toBe(here.sha256);
  rmSync(there, { recursive: true });
});

test('reads the bytes of a file only when they are asked for', async () => {
  writeFileSync(join(root, 'a'), 'alpha');
  const { manifest, blobs } = await collectWorkspace(root, everything);
  writeFileSync(join(root, 'a'), 'later');
  const [file] = manifest.files;
  expect(new TextDecoder().decode(file && (await blobs.get(file.sha256)?.()))).toBe('later');
});

test('refuses a file that is too large to travel', async () => {
  writeFileSync(join(root, 'dump.sql'), '');
  truncateSync(join(root, 'dump.sql'), workspaceFileBytesMax + 1);
  await expect(collectWorkspace(root, everything)).rejects.toThrow(
    'dump.sql of the workspace is larger than 64 MiB',
  );
});
