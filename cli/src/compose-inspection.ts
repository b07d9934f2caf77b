/** Looks at everything that `run` needs of this machine. Each look ends in a finding; none throws, so that one trouble hides no other. */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openDocker } from '@cleangrid/agent/adapters/docker/docker-runtime.ts';
import { openLedger } from '@cleangrid/agent/adapters/sqlite-ledger.ts';
import type { ContainerRuntime, RuntimeInfo } from '@cleangrid/agent/container-runtime.ts';
import { findLeftOvers } from '@cleangrid/agent/pool/reconcile.ts';
import { formatBytes } from '@cleangrid/core/bytes.ts';
import { GridError, isGridError, messageOf } from '@cleangrid/core/errors.ts';
import {
  diskFreeBytesLow,
  diskFreeBytesMin,
  dockerApiVersionMin,
  nodeMajorMin,
} from '@cleangrid/core/limits.ts';
import { version } from '@cleangrid/core/version.ts';
import type { CommandContext } from './command-context.ts';
import { listForeignStates } from './compose-foreign-states.ts';
import { readImageAliases } from './image-aliases.ts';
import type { Finding, Inspection } from './inspection.ts';
import type { ForeignState } from './machine-pool.ts';
import { counted } from './scenario-words.ts';

type Ports = Pick<CommandContext, 'config' | 'clock' | 'ids'>;

export async function inspectMachine(ports: Ports): Promise<Inspection> {
  const state = await stateFinding(ports.config.stateDirectory);
  return [
    ok('cleangrid', `version ${version}`),
    nodeFinding(process.versions.node),
    state,
    ...(await dockerFindings(ports, state.level !== 'problem')),
  ];
}

function nodeFinding(node: string): Finding {
  const major = Number(node.split('.')[0]);
  if (major >= nodeMajorMin) return ok('Node.js', `version ${node}`);
  return problem('Node.js', `version ${node}`, `Install Node.js ${nodeMajorMin} or newer.`);
}

async function stateFinding(directory: string): Promise<Finding> {
  const subject = 'state directory';
  const remedy = 'Make it writable, or name another one in CLEANGRID_STATE_DIR.';
  const probe = join(directory, `doctor-${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(probe, 'x');
    await rm(probe);
    const { bavail, bsize } = await statfs(directory);
    const free = bavail * bsize;
    const message = `${directory}, ${formatBytes(free)} free`;
    if (free >= diskFreeBytesMin) return ok(subject, message);
    return problem(subject, message, 'Free some space on its disk.');
  } catch (error) {
    return problem(subject, `cannot write to ${directory}: ${messageOf(error)}`, remedy);
  }
}

async function dockerFindings({ config, clock, ids }: Ports, hasState: boolean): Promise<Finding[]> {
  let runtime: ContainerRuntime;
  let info: RuntimeInfo;
  try {
    runtime = await openDocker({ environment: config.environment, homeDirectory: homedir(), clock });
    info = await runtime.info();
  } catch (error) {
    return [await unreachableDocker(error)];
  }
  return [
    daemonFinding(info),
    diskFinding(info),
    ...(await aliasFindings(runtime, config.imageAliases)),
    ...(hasState ? await leftoverFindings(runtime, { config, clock, ids }) : []),
  ];
}

/** Permission is the usual reason, and it looks like an absent daemon unless it is asked for. */
async function unreachableDocker(error: unknown): Promise<Finding> {
  const socket = /unix:\/\/(\/\S+?)[\s:,]/u.exec(`${messageOf(error)} `)?.[1] ?? '/var/run/docker.sock';
  const denied = await access(socket, constants.R_OK | constants.W_OK).then(
    () => false,
    (reason: NodeJS.ErrnoException) => reason.code === 'EACCES',
  );
  if (denied)
    return problem(
      'Docker',
      `no permission to use ${socket}`,
      'Add yourself to the group docker (sudo usermod -aG docker $USER) and log in again, or run rootless Docker.',
    );
  const hint = isGridError(error) ? error.hint : undefined;
  return problem(
    'Docker',
    messageOf(error),
    hint ?? 'Install Docker Engine, or start it: sudo systemctl start docker.',
  );
}

function daemonFinding(info: RuntimeInfo): Finding {
  const message = `Engine ${info.version} (API ${info.apiVersion}) at ${info.endpoint}, ${info.operatingSystem}, ${info.architecture}, ${info.cpuCount} CPUs, ${formatBytes(info.memoryBytes)}`;
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/u.exec(info.apiVersion) ?? [];
  if (Number(major) * 1000 + Number(minor) >= dockerApiVersionMin) return ok('Docker', message);
  return problem('Docker', message, 'Update Docker Engine to 20.10 or newer.');
}

function diskFinding({ freeDiskBytes, dataDirectory }: RuntimeInfo): Finding {
  const subject = 'disk';
  if (freeDiskBytes === null) return ok(subject, `${dataDirectory} is on another machine than this one`);
  const message = `${formatBytes(freeDiskBytes)} free for images and containers in ${dataDirectory}`;
  const remedy =
    'Free some space: docker system df shows what takes it, docker system prune removes what nobody uses.';
  if (freeDiskBytes < diskFreeBytesMin) return problem(subject, message, remedy);
  return freeDiskBytes < diskFreeBytesLow ? warning(subject, message, remedy) : ok(subject, message);
}

async function aliasFindings(runtime: ContainerRuntime, texts: readonly string[]): Promise<Finding[]> {
  const subject = 'image aliases';
  try {
    const missing: string[] = [];
    for (const image of new Set(readImageAliases(texts).values())) {
      if (!(await isPresent(runtime, image))) missing.push(image);
    }
    if (missing.length > 0)
      return [
        warning(subject, `not on this host: ${missing.join(', ')}`, 'They are pulled when they are needed.'),
      ];
    return texts.length === 0 ? [] : [ok(subject, `${texts.length} of them, every image is on this host`)];
  } catch (error) {
    return [problem(subject, messageOf(error), 'Correct CLEANGRID_IMAGE_ALIASES.')];
  }
}

async function isPresent(runtime: ContainerRuntime, image: string): Promise<boolean> {
  try {
    await runtime.images.get(image);
    return true;
  } catch (error) {
    if (isGridError(error, 'image_missing')) return false;
    throw error;
  }
}

async function leftoverFindings(
  runtime: ContainerRuntime,
  { config, clock, ids }: Ports,
): Promise<Finding[]> {
  const subject = 'leftovers';
  try {
    using stack = new DisposableStack();
    const ledger = stack.adopt(openLedger(join(config.stateDirectory, 'agent'), { clock, ids }), (open) =>
      open.close(),
    );
    const { containers } = await findLeftOvers({ runtime, ledger, clock });
    const foreign = await listForeignStates(runtime, new Set([ledger.id]));
    const gone = foreign.filter(({ state }) => state === 'gone');
    const own =
      containers.length === 0
        ? ok(subject, 'no container of a killed run')
        : warning(
            subject,
            `${counted(containers.length, 'container')} of killed runs`,
            'The next cleangrid run removes them.',
          );
    return gone.length === 0 ? [own] : [own, orphanFinding(gone)];
  } catch (error) {
    return [problem(subject, messageOf(error), error instanceof GridError ? (error.hint ?? '') : '')];
  }
}

function orphanFinding(gone: readonly ForeignState[]): Finding {
  const things = (['containers', 'networks', 'volumes'] as const).flatMap((what) => {
    const count = gone.reduce((sum, one) => sum + one[what].length, 0);
    return count === 0 ? [] : [counted(count, what.slice(0, -1))];
  });
  return warning(
    'orphans',
    `${things.join(', ')} of state directories that are gone`,
    'cleangrid pool rm --orphans removes them.',
  );
}

function ok(subject: string, message: string): Finding {
  return { level: 'ok', subject, message, remedy: null };
}

function warning(subject: string, message: string, remedy: string): Finding {
  return { level: 'warning', subject, message, remedy };
}

function problem(subject: string, message: string, remedy: string): Finding {
  return { level: 'problem', subject, message, remedy };
}
