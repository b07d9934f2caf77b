/** Stand-ins for the images that docker-compose.yml pulls, made of programs of this machine. */

import { execFile, spawn } from 'node:child_process';
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';

const run = promisify(execFile);

export const nodeImage = 'cleangrid-test/node:latest';
export const natsImage = 'cleangrid-test/nats:latest';

export async function buildDeployImages(): Promise<void> {
  await build('node', nodeImage, [process.execPath, await libraryOf(process.execPath, 'libstdc++.so.6')]);
  const { stdout } = await run('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v nats-server']);
  await build('nats', natsImage, [stdout.trim()]);
}

async function libraryOf(program: string, library: string): Promise<string> {
  const { stdout } = await run('ldd', [program]);
  const path = stdout.split(`${library} => `)[1]?.split(' ')[0];
  if (path === undefined) throw new Error(`${program} does not use ${library}`);
  return path;
}

async function build(name: string, image: string, files: readonly string[]): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'cleangrid-image-'));
  await cp(join(import.meta.dirname, name), context, { recursive: true });
  for (const file of files) await copyFile(file, join(context, file.slice(file.lastIndexOf('/') + 1)));
  const tar = spawn('tar', ['-C', context, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const docker = new Docker();
  const progress = await docker.buildImage(tar.stdout, { t: image, networkmode: 'none', forcerm: true });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error, lines: { error?: string }[]) => {
      const failure = error ?? lines.find((line) => line.error !== undefined);
      if (failure) reject(new Error(`building ${image}: ${JSON.stringify(failure)}`));
      else resolve();
    });
  });
  await rm(context, { recursive: true });
}
