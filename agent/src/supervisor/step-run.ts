/** One step on its stream: hands its output to the sink at the sink's pace, feeds its stdin, and waits for its end. */

import type { GridError } from '@cleangrid/core/errors.ts';
import { outputGrantBytesMin, stopGraceMs } from '@cleangrid/core/limits.ts';
import type { KeptEnd, OutputSink } from '../step-executor.ts';
import type { ControlFrame, DataKind, ExitFrame } from './frame-decoder.ts';
import {
  dataBytesMax,
  encodeBare,
  encodeNumber,
  encodeRun,
  encodeSendHeader,
  type RunFrame,
} from './frames.ts';
import type { StreamReceiver, SupervisorSession } from './session.ts';

export type StepEnd = ExitFrame | Extract<ControlFrame, { kind: 'fail' }>;

export interface StepRequest {
  run: RunFrame;
  stdin: Uint8Array | null;
  output: OutputSink;
}

/** Null: its arguments and environment are larger than any kernel accepts. */
export function runStep(
  session: SupervisorSession,
  request: StepRequest,
  signal: AbortSignal,
): StepRun | null {
  const run = new StepRun(session, request);
  return run.start(signal) ? run : null;
}

export class StepRun implements StreamReceiver {
  readonly #session: SupervisorSession;
  readonly #request: StepRequest;
  readonly #end = Promise.withResolvers<StepEnd>();
  readonly #keptEnd = Promise.withResolvers<KeptEnd>();
  #stream = 0;
  /** Set while the sink holds back; what arrives meanwhile, at most one window, waits. */
  #held = false;
  #waiting: { kind: DataKind; chunk: Uint8Array }[] = [];
  #consumedBytes = 0;
  #stdinAt = 0;
  #stdinWindow: number;
  #last: StepEnd | null = null;
  #isOver = false;
  #sinkError: { error: unknown } | null = null;
  #stopListening = (): void => {};

  constructor(session: SupervisorSession, request: StepRequest) {
    this.#session = session;
    this.#request = request;
    this.#stdinWindow = session.hello.stdinWindowBytes;
  }

  /** Rejects with what the session was lost by, or what the sink threw. */
  get ended(): Promise<StepEnd> {
    return this.#end.promise;
  }

  /** Ends what a step whose end said `kept` left running. */
  endKept(): Promise<KeptEnd> {
    this.#session.send(encodeNumber('end', this.#stream, stopGraceMs));
    return this.#keptEnd.promise;
  }

  start(signal: AbortSignal): boolean {
    this.#stream = this.#session.openStream(this);
    const frame = encodeRun(this.#stream, this.#request.run);
    if (frame === null) {
      this.#session.closeStream(this.#stream);
      return false;
    }
    this.#session.send(frame);
    this.#feed();
    const abort = (): void => this.#session.send(encodeNumber('end', this.#stream, stopGraceMs));
    signal.addEventListener('abort', abort, { once: true });
    this.#stopListening = () => signal.removeEventListener('abort', abort);
    return true;
  }

  data(kind: DataKind, chunk: Uint8Array): void {
    if (this.#held) this.#waiting.push({ kind, chunk: Uint8Array.from(chunk) });
    else this.#deliver(kind, chunk);
  }

  control(frame: ControlFrame): void {
    if (frame.kind === 'sent') {
      this.#stdinWindow += frame.bytes;
      this.#feed();
    } else if (frame.kind === 'exit' || frame.kind === 'fail') {
      this.#last = frame;
      this.#settle();
    } else if (frame.kind === 'keptGone') {
      this.#session.closeStream(this.#stream);
      this.#keptEnd.resolve({ killed: frame.killed, proved: !frame.dirty });
    }
  }

  lost(error: GridError): void {
    this.#stopListening();
    this.#end.reject(error);
    this.#keptEnd.resolve({ killed: 0, proved: false });
  }

  #deliver(kind: DataKind, chunk: Uint8Array): void {
    if (this.#sinkError !== null) return this.#grant(chunk.length);
    try {
      const held = this.#request.output(kind === 'stderr' ? 'stderr' : 'stdout', chunk);
      if (!held) return this.#grant(chunk.length);
      this.#held = true;
      const { length } = chunk;
      held.then(
        () => this.#resume(length),
        (error: unknown) => this.#onSinkError(error, length),
      );
    } catch (error) {
      this.#onSinkError(error, chunk.length);
    }
  }

  #resume(consumedBytes: number): void {
    this.#held = false;
    this.#grant(consumedBytes);
    while (!this.#held) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#deliver(next.kind, next.chunk);
    }
    this.#settle();
  }

  /** Nobody wants the output: the step is ended, and what it still writes is dropped. */
  #onSinkError(error: unknown, bytes: number): void {
    this.#sinkError = { error };
    this.#session.send(encodeNumber('end', this.#stream, 0));
    this.#resume(bytes);
  }

  #grant(bytes: number): void {
    this.#consumedBytes += bytes;
    if (this.#last !== null || this.#consumedBytes < outputGrantBytesMin) return;
    this.#session.send(encodeNumber('grant', this.#stream, this.#consumedBytes));
    this.#consumedBytes = 0;
  }

  #feed(): void {
    const { stdin } = this.#request;
    if (stdin === null || this.#stdinAt > stdin.length) return;
    while (this.#stdinWindow > 0 && this.#stdinAt < stdin.length) {
      const bytes = Math.min(this.#stdinWindow, dataBytesMax, stdin.length - this.#stdinAt);
      this.#session.send(encodeSendHeader(this.#stream, bytes));
      this.#session.send(stdin.subarray(this.#stdinAt, this.#stdinAt + bytes));
      this.#stdinAt += bytes;
      this.#stdinWindow -= bytes;
    }
    if (this.#stdinAt < stdin.length) return;
    this.#stdinAt = stdin.length + 1;
    this.#session.send(encodeBare('sendEnd', this.#stream));
  }

  /** The last frame comes after all output; the step is over when the sink has had that too. */
  #settle(): void {
    if (this.#last === null || this.#held || this.#isOver) return;
    this.#stopListening();
    this.#isOver = true;
    if (this.#last.kind === 'fail' || !this.#last.kept) this.#session.closeStream(this.#stream);
    if (this.#sinkError) this.#end.reject(this.#sinkError.error);
    else this.#end.resolve(this.#last);
  }
}
