/** Builds the stand-in images `cleangrid-test/*` of `test/images` through the Docker API, from packages that `rootfs.sh` unpacks. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type Docker from 'dockerode';
import { withPackageLists } from './apt.ts';
import { cacheDirectory } from '../test/support/cache-directory.ts';
import { CannotRun, say } from './cannot-run.ts';

/** Says from which recipe a stand-in was built. */
export const standInLabel = 'cleangrid.stand-in';

/** In the order in which they build on one another. */
const standIns = ['base', 'postgres', 'redis', 'busybox', 'scratch'];
const recipes = join(import.meta.dirname, '../test/images');

/** Changes with every change of the recipes, so that the images follow them. */
export async function standInKey(): Promise<string> {
  const hash = createHash('sha256').update(process.arch);
  const files = await Array.fromAsync(glob('{rootfs.sh,*/*}', { cwd: recipes }));
  for (const file of files.filter((name) => !name.endsWith('.ts')).sort()) {
    hash.update(`${file}\0`).update(await readFile(join(recipes, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds every stand-in whose name is not in `without`; the layers they share are sent to the daemon once. */
export async function buildStandIns(
  docker: Docker,
  options: { key: string; without: string[] },
): Promise<void> {
  const names = standIns.filter((name) => !options.without.includes(`cleangrid-test/${name}`));
  const started = performance.now();
  const unpacked = await unpackPackages();
  for (const name of names) await build(docker, { name, unpacked, key: options.key });
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`built ${names.map((name) => `cleangrid-test/${name}`).join(', ')} in ${seconds} s`);
  await removeOlder(docker, options.key);
}

/** The unpacked packages are kept: a second daemon, or a pruned one, then needs only the build. Returns their folder. */
async function unpackPackages(): Promise<string> {
  const script = join(recipes, 'rootfs.sh');
  const digest = createHash('sha256')
    .update(await readFile(script))
    .digest('hex')
    .slice(0, 16);
  const directory = cacheDirectory('packages', digest);
  if (await exists(directory)) return directory;
  say('unpacking Debian packages for the stand-ins (about 20 s, once)');
  await rm(dirname(directory), { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true });
  const partial = await mkdtemp(`${directory}-`);
  await withPackageLists(() => runRootfs(script, partial));
  await rename(partial, directory);
  return directory;
}

async function runRootfs(script: string, out: string): Promise<void> {
  const child = spawn(script, [out], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors = child.stderr.setEncoding('utf8').toArray();
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code === 0) return;
  const last = (await errors).join('').trim().split('\n').at(-1);
  throw new CannotRun(`images cannot be pulled, and stand-ins cannot be built from Debian packages: ${last}`);
}

async function build(docker: Docker, image: { name: string; unpacked: string; key: string }): Promise<void> {
  const sources = ['-C', join(recipes, image.name), '.'];
  const unpacked = join(image.unpacked, image.name);
  if (await exists(unpacked)) sources.push('-C', unpacked, '.');
  const context = spawn('tar', ['-c', ...sources], { stdio: ['ignore', 'pipe', 'inherit'] });
  const progress = await docker.buildImage(context.stdout, {
    t: `cleangrid-test/${image.name}:latest`,
    labels: { [standInLabel]: image.key },
    networkmode: 'none',
    forcerm: true,
  });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error, lines: { error?: string }[]) => {
      const failure = error ?? lines.find((line) => line.error);
      if (failure) reject(new Error(`building cleangrid-test/${image.name}: ${JSON.stringify(failure)}`));
      else resolve();
    });
  });
}

/** Stand-ins of older recipes; one that a container still uses stays until the next build. */
async function removeOlder(docker: Docker, key: string): Promise<void> {
  const images = await docker.listImages({ filters: { label: [standInLabel], dangling: ['true'] } });
  for (const image of images.filter(({ Labels }) => Labels?.[standInLabel] !== key)) {
    await docker.getImage(image.Id).remove().catch(ignoreConflict);
  }
}

function ignoreConflict(error: Error & { statusCode?: number }): void {
  if (error.statusCode !== 409 && error.statusCode !== 404) throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
