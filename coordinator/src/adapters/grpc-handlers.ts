/** Promises and iterables as handlers of grpc-js: what they throw ends the call with its status. */

import { statusOf } from '@cleangrid/proto/adapters/grpc-error.ts';
import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';

export function unary<Input, Output>(
  serve: (request: Input) => Promise<Output>,
): handleUnaryCall<Input, Output> {
  return (call, answer) => {
    serve(call.request).then(
      (response) => answer(null, response),
      (error: unknown) => answer(statusOf(error)),
    );
  };
}

export function clientStream<Input, Output>(
  serve: (requests: AsyncIterable<Input>) => Promise<Output>,
): handleClientStreamingCall<Input, Output> {
  return (call, answer) => {
    serve(call).then(
      (response) => answer(null, response),
      (error: unknown) => answer(statusOf(error)),
    );
  };
}

export interface ResponseStream<Input, Output> {
  request: Input;
  /** Resolves when the transport can take the next one, or the caller has left. */
  send(response: Output): Promise<void>;
  /** The caller has left. */
  signal: AbortSignal;
}

export function serverStream<Input, Output>(
  serve: (stream: ResponseStream<Input, Output>) => Promise<void>,
): handleServerStreamingCall<Input, Output> {
  return (call) => {
    serve(responseStream(call)).then(
      () => call.end(),
      (error: unknown) => void call.emit('error', statusOf(error)),
    );
  };
}

function responseStream<Input, Output>(
  call: ServerWritableStream<Input, Output>,
): ResponseStream<Input, Output> {
  const left = new AbortController();
  let proceed = (): void => {};
  call.on('cancelled', () => {
    left.abort();
    proceed();
  });
  return {
    request: call.request,
    signal: left.signal,
    send: async (response) => {
      if (left.signal.aborted) return;
      await new Promise<void>((resolve) => {
        proceed = resolve;
        call.write(response, () => resolve());
      });
    },
  };
}
