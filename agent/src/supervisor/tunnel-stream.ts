/** One TCP connection of a container as a Duplex. Credit both ways: neither side can make the other hold more than a window. */

import { Duplex } from 'node:stream';
import { getSystemErrorMessage } from 'node:util';
import { GridError } from '@cleangrid/core/errors.ts';
import type { ControlFrame, DataKind } from './frame-decoder.ts';
import { dataBytesMax, encodeBare, encodeNumber, encodeSendHeader } from './frames.ts';
import type { StreamReceiver, SupervisorSession } from './session.ts';

export class TunnelStream implements StreamReceiver {
  readonly duplex: Duplex;
  readonly #session: SupervisorSession;
  readonly #stream: number;
  #window: number;
  #writing: { rest: Buffer; done: () => void } | null = null;
  /** Handed to the Duplex and not granted back: it has not asked for more since. */
  #pushedBytes = 0;
  #isClosed = false;

  /** `stream` is open on the supervisor's side. */
  constructor(session: SupervisorSession, stream: number) {
    this.#session = session;
    this.#stream = stream;
    this.#window = session.hello.tunnelWindowBytes;
    this.duplex = new Duplex({
      allowHalfOpen: true,
      read: () => this.#grant(),
      write: (chunk: Buffer, _encoding, done) => {
        // the frame waits for the end of this turn, and the writer may use its buffer again
        this.#writing = { rest: Buffer.from(chunk), done };
        this.#write();
      },
      final: (done) => {
        session.send(encodeBare('sendEnd', stream));
        done();
      },
      destroy: (error, done) => {
        if (!this.#isClosed) session.send(encodeBare('close', stream));
        this.#close();
        done(error);
      },
    });
    // a probe that has its answer listens no more; losing the session then is no crash
    this.duplex.on('error', () => {});
  }

  control(frame: ControlFrame): void {
    if (frame.kind === 'sent') {
      this.#window += frame.bytes;
      this.#write();
    } else if (frame.kind === 'receivedEnd') {
      this.duplex.push(null);
    } else if (frame.kind === 'closed') {
      this.#onClosed(frame.errno);
    }
  }

  data(_kind: DataKind, chunk: Uint8Array): void {
    this.#pushedBytes += chunk.length;
    this.duplex.push(Uint8Array.from(chunk));
  }

  lost(error: GridError): void {
    this.#isClosed = true;
    this.duplex.destroy(error);
  }

  #grant(): void {
    if (this.#pushedBytes > 0 && !this.#isClosed)
      this.#session.send(encodeNumber('grant', this.#stream, this.#pushedBytes));
    this.#pushedBytes = 0;
  }

  #write(): void {
    while (this.#writing !== null && this.#window > 0) {
      const part = this.#writing.rest.subarray(0, Math.min(this.#window, dataBytesMax));
      this.#window -= part.length;
      this.#session.send(encodeSendHeader(this.#stream, part.length));
      this.#session.send(part);
      this.#writing.rest = this.#writing.rest.subarray(part.length);
      if (this.#writing.rest.length === 0) this.#finishWrite();
    }
  }

  #finishWrite(): void {
    const writing = this.#writing;
    this.#writing = null;
    writing?.done();
  }

  /** Both directions are over: what could not be written has nobody to read it. */
  #onClosed(errno: number): void {
    this.#close();
    if (errno === 0) this.#finishWrite();
    else this.duplex.destroy(new GridError('unavailable', getSystemErrorMessage(-errno)));
  }

  #close(): void {
    this.#isClosed = true;
    this.#session.closeStream(this.#stream);
  }
}
