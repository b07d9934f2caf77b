/** What the keeper's tests stand on: one real container with /workspace as a pool makes it, a suite's files, and steps of scenarios in it. */

import { createHash } from 'node:crypto';
import { id, type Sha256 } from '@cleangrid/core/ids.ts';
import { systemClock } from '@cleangrid/core/system-clock.ts';
import type { BlobStore, WorkspaceFile } from '@cleangrid/core/workspace.ts';
import { pino } from 'pino';
import { builtDirectory } from '../../../supervisor/build.ts';
import type { ContainerRuntime, ContainerSpec } from '../../container-runtime.ts';
import type { ResetAnswer } from '../../reset/instance-reset.ts';
import { runScript } from '../../reset/testing/service-stand.ts';
import type { StepSession } from '../../step-executor.ts';
import { openExecutor } from '../../supervisor/open-executor.ts';
import { neverAborted, openRuntime, randomHex } from '../../supervisor/testing/supervised-stand.ts';
import { createWorkspaceKeeper } from '../verifying-keeper.ts';
import type { KeptContainer, WantedFiles } from '../workspace-keeper.ts';

export interface KeeperSetting {
  image?: string;
  /** As of a service: only /workspace is kept. Default: a workspace container. */
  service?: string;
  /** Volumes and the like, beside /workspace. */
  spec?: Partial<ContainerSpec>;
  /** As with a daemon whose file system the agent cannot read. */
  isRemote?: boolean;
}

export interface KeeperStand {
  runtime: ContainerRuntime;
  session: StepSession;
  /** Commands that the keeper has run so far. */
  commands(): string[];
  /** Texts by path; `!` before a path: executable. */
  bring(files: Record<string, string>, wanted?: Partial<WantedFiles>): Promise<ResetAnswer>;
  clean(): Promise<ResetAnswer>;
  /** As a scenario's step; its output. A command that fails is an error. */
  sh(script: string): Promise<string>;
  /** As the agent's next life: nothing is known of the container. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

export async function openKeeperStand(setting: KeeperSetting = {}): Promise<KeeperStand> {
  const { image = 'cleangrid-test/base:latest', service = null, spec = {} } = setting;
  const runtime = await openRuntime();
  const executor = await openExecutor({
    runtime,
    clock: systemClock,
    ids: { random: randomHex },
    logger: pino({ enabled: false }),
    architecture: (await runtime.info()).architecture,
    programs: builtDirectory,
  });
  const needs = await executor.prepare(image, neverAborted);
  const name = `cleangrid-test-${randomHex(8)}`;
  await runtime.volumes.create(name, { 'cleangrid.test': 'workspace' });
  const workspace = { kind: 'volume', source: name, target: '/workspace', readOnly: false } as const;
  const container = await runtime.containers.create({
    name,
    image,
    labels: { 'cleangrid.test': 'workspace' },
    entrypoint: needs.idleCommand,
    ...spec,
    mounts: [...needs.mounts, workspace, ...(spec.mounts ?? [])],
  });
  await runtime.containers.start(container);
  const { upperDirectory } = await runtime.containers.get(container);
  const blobs = blobsInMemory();
  const keeper = createWorkspaceKeeper({ runtime, blobs });
  const commands: string[] = [];
  const open = async (): Promise<KeptContainer> => ({
    id: container,
    service: service === null ? null : id(service),
    session: recording(await executor.open(container, neverAborted), commands),
    upperDirectory: setting.isRemote ? null : upperDirectory,
  });
  let kept = await open();
  return {
    runtime,
    get session() {
      return kept.session;
    },
    commands: () => commands.splice(0),
    bring: async (texts, wanted = {}) =>
      keeper.fill(
        kept,
        { files: blobs.add(texts), isUsed: true, isInUse: () => false, ...wanted },
        neverAborted,
      ),
    clean: () => keeper.clean(kept, neverAborted),
    sh: async (script) => {
      const said = await runScript(kept.session, script);
      commands.pop();
      return said;
    },
    async forget() {
      await kept.session.close();
      kept = await open();
    },
    async close() {
      await kept.session.close();
      await runtime.containers.remove(container);
      await runtime.volumes.remove(name);
    },
  };
}

function recording(session: StepSession, commands: string[]): StepSession {
  return {
    kind: session.kind,
    tunnels: session.tunnels,
    close: () => session.close(),
    run(command, output, signal) {
      commands.push(command.argv[1] ?? '');
      return session.run(command, output, signal);
    },
  };
}

function blobsInMemory(): BlobStore & { add(texts: Record<string, string>): WorkspaceFile[] } {
  const blobs = new Map<Sha256, Uint8Array>();
  const add = (bytes: Uint8Array): Sha256 => {
    const sha256 = id<Sha256>(createHash('sha256').update(bytes).digest('hex'));
    blobs.set(sha256, bytes);
    return sha256;
  };
  return {
    put: async (sha256, bytes) => void blobs.set(sha256, bytes),
    has: async (sha256) => blobs.has(sha256),
    async get(sha256) {
      const bytes = blobs.get(sha256);
      if (!bytes) throw new Error(`no blob ${sha256}`);
      return bytes;
    },
    add: (texts) =>
      Object.entries(texts).map(([path, text]) => ({
        path: path.replace('!', ''),
        executable: path.startsWith('!'),
        byteCount: Buffer.byteLength(text),
        sha256: add(Buffer.from(text)),
      })),
  };
}
