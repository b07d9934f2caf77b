/** The containers of a fake host, as the port shows them. */

import { GridError, isGridError } from '@cleangrid/core/errors.ts';
import { logLineBytesMax } from '@cleangrid/core/limits.ts';
import type {
  ContainerDetails,
  Containers,
  ContainerSpec,
  LogLine,
  LogOptions,
} from '../container-runtime.ts';
import { FakeContainer } from './fake-container.ts';
import { fakeExec } from './fake-exec.ts';
import { FakeFiles } from './fake-files.ts';
import { carries, type FakeHost } from './fake-host.ts';

export function fakeContainers(host: FakeHost): Containers {
  return {
    async create(spec, signal) {
      signal?.throwIfAborted();
      return create(host, spec);
    },
    async start(container) {
      host.container(container).start();
    },
    async stop(container, graceMs) {
      await host.container(container).stop(graceMs);
    },
    async remove(container) {
      await remove(host, container);
    },
    async get(container) {
      return details(host.container(container));
    },
    async list(labels) {
      return [...host.containers.values()]
        .filter(({ parts }) => carries(parts.spec.labels, labels))
        .map((container) => ({ ...details(container), createdAtMs: container.createdAtMs }));
    },
    async exec(container, command, options) {
      return fakeExec(
        host.container(container),
        { ...command, hasInput: command.stdin, size: null },
        options,
      );
    },
    async openTerminal(container, command, options) {
      return fakeExec(host.container(container), { ...command, hasInput: true }, options);
    },
    async copyIn(container, { directory, tar }) {
      await host.container(container).parts.files.unpack(directory, tar);
    },
    async *copyOut(container, path) {
      yield* host.container(container).parts.files.pack(path);
    },
    async changes(container) {
      return host.container(container).parts.files.changes;
    },
    async *logs(container, options) {
      yield* logs(host.container(container), options);
    },
  };
}

function create(host: FakeHost, spec: ContainerSpec): string {
  const image = host.images.get(spec.image);
  if (!image) throw new GridError('image_missing', `no such image: ${spec.image}`);
  if ([...host.containers.values()].some(({ parts }) => parts.spec.name === spec.name))
    throw new GridError('already_exists', `the name ${spec.name} is in use`);
  const id = host.nextId();
  const ownCommand = [...(spec.entrypoint ?? []), ...(spec.command ?? [])];
  const container = new FakeContainer({
    id,
    spec,
    imageId: image.id,
    command: ownCommand.length > 0 ? ownCommand : image.command,
    files: new FakeFiles({ mounts: mountsOf(host, spec), isReadOnly: spec.readOnly ?? false }),
    clock: host.options.clock,
    programs: host.options.programs,
    tell: (action, exitCode) =>
      host.tell(spec.labels, {
        kind: 'container',
        action,
        id,
        name: spec.name,
        exitCode,
        atMs: host.options.clock.nowMs(),
      }),
  });
  if (spec.network) host.join(container, spec.network.name);
  host.containers.set(id, container);
  container.parts.tell('create', null);
  return id;
}

function mountsOf(host: FakeHost, spec: ContainerSpec): ConstructorParameters<typeof FakeFiles>[0]['mounts'] {
  return (spec.mounts ?? []).map(({ source, target }) => {
    const volume = host.volumes.get(source) ?? { labels: {}, tree: new Map() };
    host.volumes.set(source, volume);
    return { target, tree: volume.tree };
  });
}

async function remove(host: FakeHost, name: string): Promise<void> {
  try {
    const container = host.container(name);
    container.kill();
    host.containers.delete(container.parts.id);
    container.parts.tell('destroy', null);
  } catch (error) {
    if (!isGridError(error, 'not_found')) throw error;
  }
}

function details(container: FakeContainer): ContainerDetails {
  const { parts, state, exitCode, startedAtMs, addresses } = container;
  return {
    id: parts.id,
    name: parts.spec.name,
    imageId: parts.imageId,
    labels: parts.spec.labels,
    state,
    exitCode: state === 'exited' ? exitCode : null,
    user: parts.spec.user ?? null,
    env: parts.spec.env ?? {},
    oomKilled: false,
    health: null,
    startedAtMs,
    addresses: state === 'running' ? Object.fromEntries(addresses) : {},
    upperDirectory: null,
  };
}

async function* logs(container: FakeContainer, options: LogOptions): AsyncGenerator<LogLine> {
  const { tail = container.log.length, sinceMs = 0, follow, signal } = options;
  const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  let at = Math.max(0, container.log.length - tail);
  for (;;) {
    if (signal?.aborted) return;
    const line = container.log[at];
    if (line) {
      at += 1;
      if (Date.parse(line.at) >= sinceMs) yield { ...line, text: line.text.slice(0, logLineBytesMax) };
    } else if (follow && container.state === 'running') await Promise.race([container.changed(), aborted]);
    else return;
  }
}
