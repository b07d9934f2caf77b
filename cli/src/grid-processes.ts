/** What the commands `coordinator` and `agent` need of the processes that they are; made by `compose-coordinator.ts` and `compose-agent.ts`. */

import type { AgentId } from '@cleangrid/core/ids.ts';
import type { ExecutorKind } from '@cleangrid/core/result.ts';
import type { OtlpOptions } from './read-otlp.ts';
import type { GrpcTransport, NatsTransport } from './read-transport.ts';
import type { Address } from './settings.ts';

export interface ProcessOptions {
  /** How agents and callers are listened for, or the coordinator is dialled. */
  address: Address;
  transport: GrpcTransport;
  nats: NatsTransport;
  stateDirectory: string;
  health: Address | null;
  /** From this level the log is shown too; null: it goes to its file alone. */
  logLevel: string | null;
  /** Something that an operator should know, one line. */
  say(line: string): void;
}

export interface CoordinatorProcessOptions extends ProcessOptions {
  /** Where spans and metrics go; null: spans are only kept, metrics only read. */
  otlp: OtlpOptions | null;
  /** Where traces can be looked at; null: nobody said. */
  traceUrl: string | null;
}

export interface AgentProcessOptions extends ProcessOptions {
  /** Where metrics go; null: they are only read. */
  otlp: OtlpOptions | null;
  name: AgentId;
  /** Null: as many as this machine has CPUs. */
  slots: number | null;
  /** `FROM=TO`. */
  imageAliases: readonly string[];
}

export interface CoordinatorProcess {
  /** The port that is listened on, where any was asked for. */
  port: number;
  /** Stores what has arrived and hangs up. Runs go on with the next start. */
  close(): Promise<void>;
}

export interface AgentProcess {
  /** The Docker host. */
  host: string;
  executor: ExecutorKind;
  slots: number;
  /** Containers, networks and volumes that earlier lives left behind. */
  removedAtStart: number;
  /** Resolves with the coordinator's reason when it will not have this agent. */
  refused: Promise<string>;
  /** Resolves when all that was begun is finished and stored. */
  drain(): Promise<void>;
  /** Removes everything that was made; whatever still runs is killed. */
  close(): Promise<void>;
  /** Removes as much as it can at once. Never rejects. */
  abandon(): Promise<void>;
}
