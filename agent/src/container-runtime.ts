/** The port to the containers of one Docker host. Adapters: Docker (`adapters/docker`), and a fake for tests. One contract suite runs against both. */

import type { ServiceLimits } from '@cleangrid/core/plan.ts';
import type { Images } from './images.ts';

/**
 * Every method rejects with a `GridError` only: `not_found`, `not_running`, `already_exists`, `image_missing`, `pull_refused`, `unavailable`
 * (a registry), `exec_failed`, `daemon_unreachable`, `timed_out`, `disk_full`, `runtime_error`. Every call that is not a stream, a stop or
 * a pull ends within `dockerCallMsMax`. When a `signal` aborts, the call rejects with the signal's reason; what it asked for may
 * still happen, so names are chosen by the caller and looked up afterwards. A container is named by its id or its name.
 */
export interface ContainerRuntime {
  readonly containers: Containers;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly images: Images;
  /** Also the ping: what answers here is a usable daemon. */
  info(signal?: AbortSignal): Promise<RuntimeInfo>;
  /**
   * What happens to containers that carry the labels, until `signal` aborts; then it ends. Reconnects by itself, for ever. Yields `connected`
   * first and after each reconnect: events before it may be lost, so the consumer lists again.
   */
  events(labels: LabelFilter, signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

export interface Containers {
  /** Resolves to the id. */
  create(spec: ContainerSpec, signal?: AbortSignal): Promise<string>;
  /** Starting a running container succeeds. `exec_failed`: its command cannot be started. */
  start(container: string, signal?: AbortSignal): Promise<void>;
  /** The stop signal, `graceMs`, SIGKILL. Stopping a stopped container succeeds. */
  stop(container: string, graceMs: number): Promise<void>;
  /** Kills it and removes it with its anonymous volumes. One that is not there is a success. */
  remove(container: string): Promise<void>;
  get(container: string, signal?: AbortSignal): Promise<ContainerDetails>;
  /** Running or not. */
  list(labels: LabelFilter, signal?: AbortSignal): Promise<ContainerSummary[]>;
  /** Starts a command beside the container's own and resolves when its streams are attached. */
  exec(container: string, command: ExecSpec, options: ExecOptions): Promise<Execution>;
  /** A command on a pseudo-terminal, its two output streams merged into `stdout`. */
  openTerminal(container: string, command: TerminalSpec, options: ExecOptions): Promise<Terminal>;
  /** Unpacks a tar into a directory that exists. Reaches volumes, not tmpfs; refused on a read-only root. */
  copyIn(container: string, target: CopyTarget, signal?: AbortSignal): Promise<void>;
  /** The file or directory at `path` as a tar. Leaving the loop early ends the transfer. */
  copyOut(container: string, path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** What differs from the image outside of mounts, by absolute path. A folder in which something differs counts as `changed`. */
  changes(container: string, signal?: AbortSignal): Promise<ReadonlyMap<string, FileChange>>;
  /** The output of the container's own command. */
  logs(container: string, options: LogOptions): AsyncIterable<LogLine>;
}

export interface Networks {
  /** A bridge network with the given subnet (`10.213.7.0/24`). `already_exists`: the name, or an overlap with the subnet of another. */
  create(spec: NetworkSpec, signal?: AbortSignal): Promise<string>;
  /** Names resolve per network. Connecting again succeeds. */
  connect(network: string, container: string, aliases: readonly string[]): Promise<void>;
  /** Disconnects what is connected. One that is not there is a success. */
  remove(network: string): Promise<void>;
  list(labels: LabelFilter, signal?: AbortSignal): Promise<NetworkSummary[]>;
}

export interface Volumes {
  /** Creating a volume again succeeds and changes nothing. */
  create(name: string, labels: Labels, signal?: AbortSignal): Promise<void>;
  /** One that is not there is a success. */
  remove(name: string): Promise<void>;
  list(labels: LabelFilter, signal?: AbortSignal): Promise<VolumeSummary[]>;
}

export type Labels = Readonly<Record<string, string>>;
/** All must hold. `true`: the label is present, whatever its value. */
export type LabelFilter = Readonly<Record<string, string | true>>;

export interface ContainerSpec {
  name: string;
  image: string;
  labels: Labels;
  /** argv that replaces the image's entrypoint (and, without `command`, also drops its command). */
  entrypoint?: readonly string[];
  /** argv that replaces the image's command. */
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  user?: string;
  workdir?: string;
  /** Absolute paths that are memory file systems. */
  tmpfs?: readonly string[];
  mounts?: readonly ContainerMount[];
  /** Memory is a limit of memory and swap together. */
  limits?: ServiceLimits;
  /** The network it starts in; without one it has no network at all. More by `networks.connect`. */
  network?: { name: string; aliases: readonly string[] };
  /** A small init as PID 1 that reaps orphans and forwards signals. */
  init?: boolean;
  readOnly?: boolean;
  capDrop?: readonly string[];
  /** No process gains privileges by setuid programs. */
  noNewPrivileges?: boolean;
}

/** `source` is a volume's name or an absolute path on the daemon's host. */
export interface ContainerMount {
  kind: 'volume' | 'bind';
  source: string;
  target: string;
  readOnly: boolean;
}

export interface ContainerDetails {
  id: string;
  name: string;
  imageId: string;
  labels: Labels;
  state: ContainerState;
  /** Null unless it has run and ended. */
  exitCode: number | null;
  /** The user that its own command and an exec without `user` run as, as it was configured; null: root. */
  user: string | null;
  /** Its configured environment (image and spec), without what Docker adds for each process (`HOSTNAME`, `HOME`). */
  env: Readonly<Record<string, string>>;
  /** Whether its own PID 1 was killed for memory. For an exec'd process stays false: see the `oom` event. */
  oomKilled: boolean;
  /** Null: the image has no health check. */
  health: 'starting' | 'healthy' | 'unhealthy' | null;
  /** Milliseconds since the Unix epoch by the daemon's clock; null where it never started. */
  startedAtMs: number | null;
  /** By network name; only of networks it is connected to while it runs. */
  addresses: Readonly<Record<string, string>>;
  /** Where the agent may find the container's changed files, if it shares the daemon's file system; null with other storage drivers. */
  upperDirectory: string | null;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead';

export interface ContainerSummary {
  id: string;
  name: string;
  imageId: string;
  labels: Labels;
  state: ContainerState;
  createdAtMs: number;
}

export interface ExecSpec {
  argv: readonly string[];
  /** Added to the container's own environment. */
  env?: Readonly<Record<string, string>>;
  workdir?: string;
  /** Name or uid, optionally `:group`. */
  user?: string;
  /** False: stdin is /dev/null. */
  stdin: boolean;
}

export interface TerminalSpec extends Omit<ExecSpec, 'stdin'> {
  size: TerminalSize;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

export interface ExecOptions {
  output: ExecOutput;
  /** Leaves the command: no more output, `exited` rejects with the reason. It ends no process: Docker has no call for that. */
  signal?: AbortSignal;
}

/** Called one at a time, in order per stream. The chunk is valid only during the call. A returned promise holds back the command's output. */
export type ExecOutput = (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void | Promise<void>;

/** A command that was asked to run. */
export interface Execution {
  /** Resolves when there is room for more; does nothing once the command no longer reads. */
  write(chunk: Uint8Array): Promise<void>;
  /** The command reads end of file. */
  endInput(): void;
  /** Settles after the last output was handed over and the daemon told how the command ended. */
  readonly exited: Promise<ExecExit>;
}

export interface Terminal extends Execution {
  resize(size: TerminalSize): Promise<void>;
}

export type ExecExit =
  /** 128 + n where signal n ended it: a plain exec cannot tell the two apart. */
  | { kind: 'exited'; code: number }
  /** Never ran: no such program, not executable, no such user or workdir. The daemon's words; none of them reached `output`. */
  | { kind: 'refused'; message: string };

export interface CopyTarget {
  /** Absolute. */
  directory: string;
  tar: Uint8Array | AsyncIterable<Uint8Array>;
}

export type FileChange = 'changed' | 'added' | 'removed';

export interface LogOptions {
  /** Lines from the end to begin with; all when absent. */
  tail?: number;
  /** Only lines at or after this time by the daemon's clock. */
  sinceMs?: number;
  /** Go on with new lines until the container ends or `signal` aborts; both end the loop without an error. */
  follow: boolean;
  signal?: AbortSignal;
}

export interface LogLine {
  stream: 'stdout' | 'stderr';
  /** Without its line end; cut at `logLineBytesMax`. */
  text: string;
  /** RFC 3339 with nanoseconds, by the daemon's clock. */
  at: string;
}

export type RuntimeEvent =
  | { kind: 'connected' }
  | {
      kind: 'container';
      action: ContainerAction;
      id: string;
      name: string;
      /** Of `die`; else null. */
      exitCode: number | null;
      atMs: number;
    };

export const containerActions = [
  'create',
  'start',
  'kill',
  'oom',
  'die',
  'stop',
  'pause',
  'unpause',
  'restart',
  'destroy',
] as const;
export type ContainerAction = (typeof containerActions)[number];

export interface NetworkSpec {
  name: string;
  labels: Labels;
  subnet: string;
  /** No route out of the host. */
  internal?: boolean;
}

export interface NetworkSummary {
  id: string;
  name: string;
  labels: Labels;
  subnets: readonly string[];
}

export interface VolumeSummary {
  name: string;
  labels: Labels;
}

export interface RuntimeInfo {
  /** Where the daemon was found, as in DOCKER_HOST. */
  endpoint: string;
  /** Docker Engine's version. */
  version: string;
  apiVersion: string;
  /** As in image names: `amd64`, `arm64`. */
  architecture: string;
  operatingSystem: string;
  storageDriver: string;
  /** Where the daemon keeps its data, on its own host. */
  dataDirectory: string;
  /** Free space there; null where it cannot be told from here. */
  freeDiskBytes: number | null;
  /** The daemon's name for its host. */
  hostName: string;
  cpuCount: number;
  memoryBytes: number;
}
