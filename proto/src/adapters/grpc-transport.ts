/** What all gRPC connections have in common: credentials, keepalive, limits, and the introduction that each call carries. */

import {
  keepaliveAnswerMsMax,
  keepaliveMs,
  reconnectMsFirst,
  reconnectMsMax,
  wireMessageBytesMax,
  wirePieceBytesMax,
} from '@cleangrid/core/limits.ts';
import {
  ChannelCredentials,
  type ChannelOptions,
  type ClientOptions,
  InterceptingCall,
  type Interceptor,
  logVerbosity,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js';
import { type Introduction, introduce, refuseCaller, tokenKey } from '../gate.ts';
import type { TlsMaterial } from '../transport-security.ts';
import { statusOf } from './grpc-error.ts';

// What goes wrong is told by our own errors.
setLogVerbosity(logVerbosity.NONE);

/** Who is dialled, and how. Plain data: it travels to worker threads. */
export interface GrpcTarget {
  /** `host:port`. */
  address: string;
  introduction: Introduction;
  tls: TlsMaterial<Uint8Array> | null;
  keepalive?: Keepalive;
}

export interface Keepalive {
  everyMs: number;
  answerMsMax: number;
}

const usualKeepalive: Keepalive = { everyMs: keepaliveMs, answerMsMax: keepaliveAnswerMsMax };

/** What `grpcClient` needs; each call of it makes a connection of its own. */
export function dialOptions({ address, introduction, tls, keepalive }: GrpcTarget): {
  address: string;
  credentials: ChannelCredentials;
  options: ClientOptions;
} {
  const credentials = tls
    ? ChannelCredentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.certificate))
    : ChannelCredentials.createInsecure();
  const options = {
    ...transportOptions(keepalive ?? usualKeepalive),
    'grpc.use_local_subchannel_pool': 1,
    // Agents and clients reach a coordinator as they reach any host: a proxy for web pages is not asked.
    'grpc.enable_http_proxy': 0,
    // HTTP/2's own 64 KiB would make blobs wait for a round trip each time.
    'grpc-node.flow_control_window': wirePieceBytesMax,
    'grpc.initial_reconnect_backoff_ms': reconnectMsFirst,
    'grpc.max_reconnect_backoff_ms': reconnectMsMax,
    interceptors: [introducing(introduction)],
  };
  return { address, credentials, options };
}

/** Options of a `Server`: it lets in only callers that `own` does not refuse. */
export function serverOptions(
  own: Introduction,
  keepalive?: Keepalive,
): ChannelOptions & { interceptors: ServerInterceptor[] } {
  return { ...transportOptions(keepalive ?? usualKeepalive), interceptors: [gate(own)] };
}

/** With TLS, callers must show a certificate that the CA signed. */
export function serverCredentials(tls: TlsMaterial<Uint8Array> | null): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) };
  return ServerCredentials.createSsl(Buffer.from(tls.ca), [pair], true);
}

function transportOptions({ everyMs, answerMsMax }: Keepalive): ChannelOptions {
  return {
    'grpc.keepalive_time_ms': everyMs,
    'grpc.keepalive_timeout_ms': answerMsMax,
    'grpc.max_receive_message_length': wireMessageBytesMax,
    'grpc.max_send_message_length': wireMessageBytesMax,
  };
}

function introducing(introduction: Introduction): Interceptor {
  const said = Object.entries(introduce(introduction));
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        for (const [key, value] of said) metadata.set(key, value);
        next(metadata, listener);
      },
    });
}

function gate(own: Introduction): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const refusal = refuseCaller(own, (key) => metadata.get(key)[0]?.toString());
            metadata.remove(tokenKey);
            if (!refusal) return pass(metadata);
            const isToken = refusal.code === 'bad_usage';
            call.sendStatus({ ...statusOf(refusal), ...(isToken && { code: status.UNAUTHENTICATED }) });
          },
        }),
    });
}
