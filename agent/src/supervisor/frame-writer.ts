/** Sends frames in order, those of one turn of the event loop together: one write for many steps. */

/** Frames up to this size are copied together; larger ones go out as they are. */
const mergedBytesMax = 4096;

export class FrameWriter {
  readonly #write: (bytes: Uint8Array) => void;
  #waiting: Uint8Array[] = [];

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  send(frame: Uint8Array): void {
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    this.#waiting.push(frame);
  }

  flush(): void {
    const frames = this.#waiting;
    this.#waiting = [];
    let small: Uint8Array[] = [];
    for (const frame of frames) {
      if (frame.length <= mergedBytesMax) {
        small.push(frame);
        continue;
      }
      this.#writeTogether(small);
      small = [];
      this.#write(frame);
    }
    this.#writeTogether(small);
  }

  #writeTogether(frames: Uint8Array[]): void {
    const [first] = frames;
    if (first === undefined) return;
    this.#write(frames.length === 1 ? first : Buffer.concat(frames));
  }
}
