/** OTLP's JSON as its bytes, by the table of its messages: from there on there is one way. */

import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { jsonDepthMax } from '@cleangrid/core/limits.ts';
import { type OtlpMessage, type Scalar, tracesData, wireTypeOf } from './otlp-schema.ts';

/** Throws what says what is wrong with it. What the table does not know is left out, as OTLP asks of receivers. */
export function encodeJsonTraces(text: string): Uint8Array {
  const writer = new BinaryWriter();
  writeMessage(writer, tableOf(JSON.parse(text)), { message: tracesData, depth: 0 });
  return writer.finish();
}

function writeMessage(
  writer: BinaryWriter,
  value: ReadonlyMap<string, unknown>,
  { message, depth }: { message: OtlpMessage; depth: number },
): void {
  if (depth > jsonDepthMax) throw new RangeError(`values are more than ${jsonDepthMax} deep`);
  for (const [name, { number, type, isRepeated }] of message.byName) {
    const member = value.get(name);
    if (member === undefined || member === null) continue;
    for (const one of isRepeated ? listOf(name, member) : [member]) {
      writer.tag(number, wireTypeOf(type));
      if (typeof type !== 'function') {
        writeScalar(writer, { type, name, value: one });
        continue;
      }
      writer.fork();
      writeMessage(writer, tableOf(one), { message: type(), depth: depth + 1 });
      writer.join();
    }
  }
}

interface Written {
  type: Scalar;
  name: string;
  value: unknown;
}

/** 64-bit numbers may be text, as JSON's own numbers cannot hold them. */
function writeScalar(writer: BinaryWriter, { type, name, value }: Written): void {
  switch (type) {
    case 'string':
      return void writer.string(textOf(name, value));
    case 'bytes':
      return void writer.bytes(Buffer.from(textOf(name, value), 'base64'));
    case 'id':
      return void writer.bytes(idOf(name, textOf(name, value)));
    case 'bool':
      if (typeof value !== 'boolean') throw new TypeError(`${name} is no boolean`);
      return void writer.bool(value);
    case 'double':
      return void writer.double(numberOf(name, value));
    case 'uint32':
      return void writer.uint32(numberOf(name, value));
    case 'fixed32':
      return void writer.fixed32(numberOf(name, value));
    case 'int64':
      return void writer.int64(BigInt(numberText(name, value)));
    case 'fixed64':
      return void writer.fixed64(BigInt(numberText(name, value)));
    default:
      return type;
  }
}

function idOf(name: string, text: string): Uint8Array {
  if (!/^(?:[\da-f]{2})*$/iu.test(text)) throw new TypeError(`${name} is not hexadecimal`);
  return Buffer.from(text, 'hex');
}

function numberOf(name: string, value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number') throw new TypeError(`${name} is no number`);
  return number;
}

function numberText(name: string, value: unknown): string {
  if (typeof value === 'string' && /^-?\d{1,20}$/u.test(value)) return value;
  if (typeof value === 'number' && Number.isInteger(value)) return String(BigInt(value));
  throw new TypeError(`${name} is no whole number`);
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} is no text`);
  return value.toWellFormed();
}

function listOf(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} is no list`);
  return value;
}

function tableOf(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('an object was expected');
  return new Map(Object.entries(value));
}
