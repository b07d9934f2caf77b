/** TCP through a session: probes connect to the ports of a container, its programs connect to the agent. */

import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { getSystemErrorMessage } from 'node:util';
import { GridError } from '@cleangrid/core/errors.ts';
import type { ContainerTunnels, TunnelListener, TunnelTarget } from '../step-executor.ts';
import type { ControlFrame } from './frame-decoder.ts';
import { encodeBare, encodeConnect, encodeListen } from './frames.ts';
import { ipAddressBytes } from './ip-address.ts';
import type { StreamReceiver, SupervisorSession } from './session.ts';
import { TunnelStream } from './tunnel-stream.ts';

export function createTunnels(session: SupervisorSession): ContainerTunnels {
  return {
    connect: (target, signal) => connect(session, target, signal),
    listen: (port, accepted) => listen(session, port, accepted),
  };
}

async function connect(
  session: SupervisorSession,
  { port, address = '127.0.0.1' }: TunnelTarget,
  signal: AbortSignal,
): Promise<Duplex> {
  const bytes = ipAddressBytes(address);
  if (bytes === null) throw new GridError('unavailable', `${address} is no IP address`);
  signal.throwIfAborted();
  const connected = Promise.withResolvers<Duplex>();
  const stream = session.openStream({
    control(frame) {
      if (frame.kind === 'connected') {
        const tunnel = new TunnelStream(session, stream);
        session.adopt(stream, tunnel);
        connected.resolve(tunnel.duplex);
      } else if (frame.kind === 'fail') {
        session.closeStream(stream);
        connected.reject(refusal(`cannot connect to port ${port} in the container`, frame));
      }
    },
    data() {},
    lost: connected.reject,
  });
  const abort = (): void => {
    session.closeStream(stream);
    session.send(encodeBare('close', stream));
    connected.reject(signal.reason);
  };
  session.send(encodeConnect(stream, port, bytes));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await connected.promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function listen(
  session: SupervisorSession,
  port: number,
  accepted: (connection: Duplex) => void,
): Promise<TunnelListener> {
  const listening = Promise.withResolvers<TunnelListener>();
  const close = (): void => {
    session.send(encodeBare('close', stream));
    session.closeStream(stream);
  };
  const receiver: StreamReceiver = {
    control(frame) {
      if (frame.kind === 'listening') {
        listening.resolve({ port: frame.port, close });
      } else if (frame.kind === 'accepted') {
        const tunnel = new TunnelStream(session, frame.stream);
        session.adopt(frame.stream, tunnel);
        accepted(tunnel.duplex);
      } else if (frame.kind === 'fail') {
        session.closeStream(stream);
        listening.reject(refusal(`cannot listen on port ${port} of the container's loopback`, frame));
      }
    },
    data() {},
    lost: listening.reject,
  };
  const stream = session.openStream(receiver);
  session.send(encodeListen(stream, port));
  return listening.promise;
}

function refusal(what: string, { errno }: Extract<ControlFrame, { kind: 'fail' }>): GridError {
  const code = errno === constants.errno.EADDRINUSE ? 'already_exists' : 'unavailable';
  return new GridError(code, `${what}: ${getSystemErrorMessage(-errno)}`);
}
