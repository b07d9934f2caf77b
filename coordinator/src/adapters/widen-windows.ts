/** How much callers may send before the server has read it, on each connection. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import { wirePieceBytesMax } from '@cleangrid/core/limits.ts';

const streamCreated = 'http2.server.stream.created';

/**
 * HTTP/2's own 64 KiB would make a plan, and the results of many steps, wait for a turn of the coordinator each time. A client of grpc-js can ask
 * for more, a server can not (grpc/grpc-node#3058): so its connections are met where Node tells of their first stream. Until the returned
 * function is called, for every HTTP/2 server of the process.
 */
export function widenWindows(): () => void {
  const widened = new WeakSet<Http2Session>();
  const widen = (message: unknown): void => {
    const { session } = (message as { stream: ServerHttp2Stream }).stream;
    if (!session || widened.has(session)) return;
    widened.add(session);
    session.setLocalWindowSize(wirePieceBytesMax);
    session.settings({ initialWindowSize: wirePieceBytesMax });
  };
  subscribe(streamCreated, widen);
  return () => unsubscribe(streamCreated, widen);
}
