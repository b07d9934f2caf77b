/** Makes sure that the supervisor is built: with it a step costs a millisecond or two, without it fifty. */

import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import {
  type Architecture,
  buildSupervisor,
  machineArchitecture,
  zigDirectory,
} from '../agent/supervisor/build.ts';
import { installPackages, whyNoApt } from './apt.ts';
import { say } from './cannot-run.ts';

const run = promisify(execFile);

/** Where no compiler can be had, it says so: steps on hosts of that kind then run by plain exec, which is slower and else the same. */
export async function ensureSupervisor(architectures: readonly Architecture[] = machineOnly): Promise<void> {
  for (const architecture of architectures) {
    if ((await buildSupervisor(architecture)) !== null) continue;
    await installCompiler(architecture);
    if ((await buildSupervisor(architecture)) !== null) continue;
    say(
      `the supervisor cannot be built here for ${architecture} (zig would do): hosts of that kind run steps by plain exec, which is slower`,
    );
  }
}

const machineOnly = machineArchitecture === null ? [] : [machineArchitecture];

/** Of Debian for the machine itself, else zig from PyPI, which compiles for any. */
async function installCompiler(architecture: Architecture): Promise<void> {
  if (architecture === machineArchitecture && whyNoApt() === null) return installPackages(['musl-tools']);
  say('installing the compiler zig from PyPI');
  await rm(zigDirectory, { recursive: true, force: true });
  await run('python3', [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--target',
    zigDirectory,
    zigWheel,
  ]).catch(() => undefined);
}

const zigWheel = 'ziglang==0.13.0';
