/**
 * `bundle.ts [FOLDER]`: bundles the CLI with everything it imports into dist/ or a folder, so that the published package has no dependencies
 * but Node.js. `npm pack` calls it.
 */

import { cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { architectures, buildSupervisor } from '../agent/supervisor/build.ts';
import { ensureSupervisor } from './ensure-supervisor.ts';
import { root } from './run-tool.ts';

const directory = process.argv[2] ?? join(root, 'dist');
await rm(directory, { recursive: true, force: true });
await build({
  entryPoints: {
    main: join(root, 'cli/src/main.ts'),
    // A thread: started as a file of its own.
    'grpc-beat-worker': join(root, 'agent/src/adapters/grpc-beat-worker.ts'),
    // A process.
    'compose-janitor': join(root, 'cli/src/compose-janitor.ts'),
  },
  outdir: directory,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // What main.ts loads lazily stays in files of its own: `--help` reads none of them.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  plugins: [withoutUnused()],
  // CommonJS dependencies call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as bundleRequire } from 'node:module';\nconst require = bundleRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});

await ensureSupervisor(architectures);
for (const architecture of architectures) {
  const program = await buildSupervisor(architecture);
  if (program !== null) await cp(program, join(directory, 'supervisor', architecture, basename(program)));
}

/**
 * dockerode loads ssh2 for hosts that we refuse, which cannot be bundled, because it looks for files beside its own; and gRPC, which takes
 * long, for image builds, which we do not ask it for.
 */
function withoutUnused(): Plugin {
  return {
    name: 'without-unused',
    setup({ onResolve, onLoad }) {
      const leftOut = { path: 'left-out', namespace: 'left-out' };
      onResolve({ filter: /^ssh2$/ }, () => leftOut);
      onResolve({ filter: /^\.\/session$/ }, ({ importer }) =>
        importer.endsWith('dockerode/lib/docker.js') ? leftOut : null,
      );
      onLoad({ filter: /^left-out$/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}
