/** Listens for OTLP in the containers that scenarios hold, once in each: on their loopback, through the supervisor. */

import type { Duplex } from 'node:stream';
import { isGridError, messageOf } from '@cleangrid/core/errors.ts';
import type { Clock } from '@cleangrid/core/clock.ts';
import { otlpConnectionsMax, otlpGrpcConnectionsMax } from '@cleangrid/core/limits.ts';
import type { Logger } from 'pino';
import type { SpanSource } from './attempt-spans.ts';
import { createGrpcReceiver } from './grpc-receiver.ts';
import { createHttpReceiver, type HttpReceiver } from './http-receiver.ts';
import { otlpPorts } from './otlp-environment.ts';
import type { SpanIntake } from './span-intake.ts';

export class SpanListeners {
  readonly #intake: SpanIntake;
  readonly #logger: Logger;
  readonly #http: HttpReceiver;
  /** What became of listening: null, or why a port is not ours. */
  readonly #listening = new WeakMap<SpanSource['session'], Promise<string | null>>();

  constructor({ clock, logger, intake }: { clock: Clock; logger: Logger; intake: SpanIntake }) {
    this.#intake = intake;
    this.#logger = logger;
    this.#http = createHttpReceiver(clock, intake);
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
    const connections = new Connections();
    let grpc: ((connection: Duplex) => void) | null = null;
    const http = (connection: Duplex): void => {
      if (connections.take(connection, otlpConnectionsMax)) this.#http.accept(connection, source);
    };
    const grpcConnections = new Connections();
    const takeGrpc = (connection: Duplex): void => {
      if (!grpcConnections.take(connection, otlpGrpcConnectionsMax)) return;
      grpc ??= createGrpcReceiver(this.#intake, source);
      grpc(connection);
    };
    try {
      await Promise.all([tunnels.listen(otlpPorts.http, http), tunnels.listen(otlpPorts.grpc, takeGrpc)]);
      return null;
    } catch (error) {
      const reason = isGridError(error, 'already_exists')
        ? `${messageOf(error)}: spans go to what listens there`
        : messageOf(error);
      this.#logger.warn({ container: source.id }, reason);
      return reason;
    }
  }
}

/** Of one container. */
class Connections {
  #count = 0;

  /** One too many is closed. */
  take(connection: Duplex, max: number): boolean {
    if (this.#count >= max) {
      connection.destroy();
      return false;
    }
    this.#count += 1;
    connection.once('close', () => void (this.#count -= 1));
    return true;
  }
}
