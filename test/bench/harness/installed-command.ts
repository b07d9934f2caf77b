/** The command of this checkout as users install it, once for a benchmark. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from '../../support/install-package.ts';

let installed: Promise<string> | null = null;

/** Resolves to its path; removed when this process exits. */
export function installedCommand(): Promise<string> {
  installed ??= install();
  return installed;
}

async function install(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'cleangrid-installed-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return await installPackage(directory);
}
