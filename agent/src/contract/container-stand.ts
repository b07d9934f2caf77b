/** What the contract suites of containers stand on: a runtime under test, one container that runs throughout, and everything labelled for its removal. */

import type { ContainerRuntime, ContainerSpec, ExecExit, LogLine } from '../container-runtime.ts';
import { contractCommands } from './contract-commands.ts';

export interface RuntimeUnderTest {
  runtime: ContainerRuntime;
  /** With a shell and the usual small programs. */
  image: string;
  /** Unique to this run of the suite. */
  prefix: string;
  /** Free for this run: `10.199.0.0/24`, … */
  subnet(index: number): string;
}

export interface ContainerStand extends RuntimeUnderTest {
  /** On everything that is made here. */
  label: Readonly<Record<string, string>>;
  shared: string;
  newName(): string;
  spec(overrides: Partial<ContainerSpec>): ContainerSpec;
  create(overrides?: Partial<ContainerSpec>): Promise<string>;
  start(overrides: Partial<ContainerSpec>): Promise<string>;
  /** Runs a command to its end, in the shared container unless told otherwise. */
  run(command: RunCommand): Promise<Ran>;
  /** Follows the log until the first line; null: the container ended without one. */
  firstLogLine(container: string): Promise<LogLine | null>;
  close(): Promise<void>;
}

export interface RunCommand {
  container?: string;
  argv: readonly string[];
  env?: Record<string, string>;
  user?: string;
  workdir?: string;
}

export interface Ran {
  exit: ExecExit;
  stdout: string;
  stderr: string;
}

export async function openStand(underTest: RuntimeUnderTest): Promise<ContainerStand> {
  const { runtime, image, prefix } = underTest;
  const { containers } = runtime;
  const label = { 'cleangrid.test': prefix };
  let nameCount = 0;
  const newName = (): string => `${prefix}-${++nameCount}`;
  const spec = (overrides: Partial<ContainerSpec>): ContainerSpec => ({
    name: newName(),
    image,
    labels: label,
    init: true,
    ...overrides,
  });
  const create = (overrides: Partial<ContainerSpec> = {}): Promise<string> =>
    containers.create(spec(overrides));
  const start = async (overrides: Partial<ContainerSpec>): Promise<string> => {
    const id = await create(overrides);
    await containers.start(id);
    return id;
  };
  const shared = await start({ command: contractCommands.idle.argv });
  return {
    ...underTest,
    label,
    shared,
    newName,
    spec,
    create,
    start,
    async run({ container = shared, ...command }) {
      const output = collectOutput();
      const execution = await containers.exec(
        container,
        { ...command, stdin: false },
        { output: output.take },
      );
      return { exit: await execution.exited, ...output.texts() };
    },
    async firstLogLine(container) {
      for await (const line of containers.logs(container, { follow: true })) return line;
      return null;
    },
    async close() {
      for (const { id } of await containers.list(label)) await containers.remove(id);
      for (const { id } of await runtime.networks.list(label)) await runtime.networks.remove(id);
      for (const { name } of await runtime.volumes.list(label)) await runtime.volumes.remove(name);
    },
  };
}

export interface CollectedOutput {
  take: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void;
  /** Resolves at the first output. */
  first: Promise<void>;
  texts(): { stdout: string; stderr: string };
}

export function collectOutput(): CollectedOutput {
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  return {
    take: (stream, chunk) => {
      chunks[stream].push(Buffer.from(chunk));
      resolve();
    },
    first,
    texts: () => ({
      stdout: Buffer.concat(chunks.stdout).toString(),
      stderr: Buffer.concat(chunks.stderr).toString(),
    }),
  };
}
