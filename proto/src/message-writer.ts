/** Writes protobuf into one buffer that grows: what is nested is written in its place, and its length before it when it is known. */

const bytesFirst = 4096;
/** Of UTF-8, for each unit of UTF-16. */
const bytesPerUnit = 3;
const word = 2 ** 32;

export class MessageWriter {
  #bytes: Buffer = Buffer.allocUnsafe(bytesFirst);
  #end = 0;

  /** A message within this one: `write` writes its fields. */
  message(field: number, write: () => void): void {
    this.#tag(field, 2);
    this.#room(1);
    const start = this.#end + 1;
    this.#end = start;
    write();
    const length = this.#end - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    // One byte was left for the length: what is longer moves.
    const moved = varintLength(length) - 1;
    this.#room(moved);
    this.#bytes.copyWithin(start + moved, start, this.#end);
    this.#end = start - 1;
    this.#varint(length);
    this.#end += length;
  }

  string(field: number, text: string): void {
    this.#tag(field, 2);
    this.#room(text.length * bytesPerUnit + 5);
    if (this.#shortAscii(text)) return;
    const length = Buffer.byteLength(text);
    this.#varint(length);
    this.#end += this.#bytes.write(text, this.#end);
  }

  /** Most texts: a loop over them costs less than a call into Node. What was written of another one is written over. */
  #shortAscii(text: string): boolean {
    const { length } = text;
    if (length >= 0x80) return false;
    const bytes = this.#bytes;
    let end = this.#end;
    bytes[end] = length;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      end += 1;
      bytes[end] = unit;
    }
    this.#end = end + 1;
    return true;
  }

  /** Bytes, written as hexadecimal digits. */
  hex(field: number, digits: string): void {
    this.#tag(field, 2);
    this.#room(digits.length + 1);
    this.#varint(digits.length / 2);
    this.#end += this.#bytes.write(digits, this.#end, 'hex');
  }

  /** Any safe integer. */
  integer(field: number, value: number): void {
    this.#tag(field, 0);
    this.#room(10);
    if (value >= 0) this.#varint(value);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  boolean(field: number, value: boolean): void {
    this.integer(field, value ? 1 : 0);
  }

  double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#room(8);
    this.#end = this.#bytes.writeDoubleLE(value, this.#end);
  }

  /** `thousands` times 1000 as 64 bits: nanoseconds of microseconds, without a number that would be inexact. */
  fixedThousands(field: number, thousands: number): void {
    this.#tag(field, 1);
    this.#room(8);
    const low = (thousands % word) * 1000;
    const high = Math.floor(thousands / word) * 1000 + Math.floor(low / word);
    this.#end = this.#bytes.writeUInt32LE(low % word, this.#end);
    this.#end = this.#bytes.writeUInt32LE(high, this.#end);
  }

  /** A copy, as long as it has to be. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#end);
  }

  #tag(field: number, wireType: number): void {
    this.#room(5);
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      this.#bytes[this.#end] = (rest % 0x80) + 0x80;
      this.#end += 1;
    }
    this.#bytes[this.#end] = rest;
    this.#end += 1;
  }

  #bigVarint(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) {
      this.#bytes[this.#end] = Number(rest & 0x7fn) + 0x80;
      this.#end += 1;
    }
    this.#bytes[this.#end] = Number(rest);
    this.#end += 1;
  }

  #room(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}
