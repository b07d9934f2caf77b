/** `npm pack` calls this: bundles the CLI with everything it imports into dist/, so that the published package has no dependencies but Node.js. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './run-tool.ts';

const directory = join(root, 'dist');
await rm(directory, { recursive: true, force: true });
await build({
  entryPoints: [join(root, 'cli/src/main.ts')],
  outdir: directory,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // What main.ts loads lazily stays in files of its own: `--help` reads none of them.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Optional accelerators of ssh2, which does without them.
  external: ['cpu-features', '*.node'],
  // CommonJS dependencies call `require` for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  legalComments: 'linked',
  logLevel: 'warning',
});
