/** Listens for OTLP in the containers that scenarios hold, once in each: on their loopback, through the supervisor. */

import type { Duplex } from 'node:stream';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { otlpConnectionsMax, otlpGrpcConnectionsMax } from '@cleangrid/core/limits.ts';
import type { Logger } from 'pino';
import type { SpanSource } from './attempt-spans.ts';
import { createHttpReceiver, type HttpReceiver } from './http-receiver.ts';
import { otlpPorts } from './otlp-environment.ts';
import type { SpanIntake } from './span-intake.ts';

/** Makes what takes the connections of a container over gRPC. */
export type GrpcReceiver = (intake: SpanIntake, source: SpanSource) => (connection: Duplex) => void;

export interface ListenerParts {
  clock: Clock;
  logger: Logger;
  intake: SpanIntake;
  grpc: GrpcReceiver;
}

export class SpanListeners {
  readonly #parts: ListenerParts;
  readonly #http: HttpReceiver;
  /** What became of listening: null, or why a port is not ours. */
  readonly #listening = new WeakMap<SpanSource['session'], Promise<string | null>>();

  constructor(parts: ListenerParts) {
    this.#parts = parts;
    this.#http = createHttpReceiver(parts.clock, parts.intake);
  }

  /** Resolves to why spans may not arrive; null: they can. Nobody need wait for it: what runs in a container later finds the ports open. */
  listen(source: SpanSource): Promise<string | null> {
    const known = this.#listening.get(source.session);
    if (known) return known;
    const listening = this.#open(source);
    this.#listening.set(source.session, listening);
    return listening;
  }

  async #open(source: SpanSource): Promise<string | null> {
    const { tunnels } = source.session;
    if (tunnels === null) return 'plain exec has no way for spans out of a container';
    const { intake, logger } = this.#parts;
    const httpConnections = new Connections(otlpConnectionsMax);
    const http = (connection: Duplex): void => {
      if (httpConnections.take(connection)) this.#http.accept(connection, source);
    };
    const grpcConnections = new Connections(otlpGrpcConnectionsMax);
    let receive: ReturnType<GrpcReceiver> | null = null;
    const grpc = (connection: Duplex): void => {
      if (!grpcConnections.take(connection)) return;
      receive ??= this.#parts.grpc(intake, source);
      receive(connection);
    };
    try {
      await Promise.all([tunnels.listen(otlpPorts.http, http), tunnels.listen(otlpPorts.grpc, grpc)]);
      return null;
    } catch (error) {
      const reason = isGridError(error, 'already_exists')
        ? `${messageOf(error)}: spans go to what listens there`
        : messageOf(error);
      logger.warn({ container: source.id }, reason);
      return reason;
    }
  }
}

/** Of one container. */
class Connections {
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** One too many is closed. */
  take(connection: Duplex): boolean {
    if (this.#count >= this.#max) {
      connection.destroy();
      return false;
    }
    this.#count += 1;
    connection.once('close', () => void (this.#count -= 1));
    return true;
  }
}
