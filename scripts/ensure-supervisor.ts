/** Makes sure that the supervisor is built for this machine: with it a step costs a millisecond or two, without it fifty. */

import { type Architecture, buildSupervisor } from '../agent/supervisor/build.ts';
import { installPackages, whyNoApt } from './apt.ts';
import { say } from './cannot-run.ts';

const architectures: Record<string, Architecture> = { x64: 'amd64', arm64: 'arm64' };

/** Where no compiler can be had, it says so: steps then run by plain exec, which is slower and else the same. */
export async function ensureSupervisor(): Promise<void> {
  const architecture = architectures[process.arch];
  if (architecture !== undefined) {
    if ((await buildSupervisor(architecture)) !== null) return;
    if (whyNoApt() === null) {
      await installPackages(['musl-tools']);
      if ((await buildSupervisor(architecture)) !== null) return;
    }
  }
  say(
    'the supervisor cannot be built here (musl-gcc or zig would do): steps run by plain exec, which is slower',
  );
}
