/**
 * The wire format between agent and supervisor, as `agent/supervisor/src/protocol.h` defines it: encoding of what the agent says. What it
 * hears is taken apart by `frame-decoder.ts`.
 */

export const protocolVersion = 1;
export const frameHeaderBytes = 9;
/** argv and env together. The kernel's own limit is lower. */
export const runBytesMax: number = 4 << 20;
/** The payload of any frame but RUN. */
export const dataBytesMax: number = 64 << 10;

export const agentFrames = {
  run: 1,
  send: 2,
  sendEnd: 3,
  grant: 4,
  end: 5,
  ping: 6,
  listen: 7,
  connect: 8,
  close: 9,
} as const;

export const supervisorFrames = {
  hello: 65,
  start: 66,
  stdout: 67,
  stderr: 68,
  exit: 69,
  fail: 70,
  pong: 71,
  sent: 72,
  listening: 73,
  accepted: 74,
  connected: 75,
  received: 76,
  receivedEnd: 77,
  closed: 78,
  keptGone: 79,
} as const;

/** Exit codes of the supervisor itself. */
export const supervisorEnds = { orderly: 0, lease: 75, protocol: 76 } as const;

export const failStages = {
  request: 1,
  resources: 2,
  user: 3,
  workdir: 4,
  program: 5,
  listen: 6,
  connect: 7,
} as const;

export interface RunFrame {
  hasStdin: boolean;
  mergeOutput: boolean;
  keepProcesses: boolean;
  timeoutMs: number;
  graceMs: number;
  /** Bytes of output that may come before more are granted. */
  outputCredit: number;
  /** Empty: the supervisor's own. */
  user: string;
  /** Empty: where the supervisor was started. */
  workdir: string;
  argv: readonly string[];
  env: readonly string[];
}

const runFixedBytes = 24;

/** Null when it is larger than the supervisor, and any kernel, accepts. */
export function encodeRun(stream: number, run: RunFrame): Buffer | null {
  const text = `${[run.user, run.workdir, ...run.argv, ...run.env].join('\0')}\0`;
  const length = runFixedBytes + Buffer.byteLength(text);
  if (length > runBytesMax) return null;
  const frame = startFrame(agentFrames.run, stream, length);
  const flags = (run.hasStdin ? 1 : 0) | (run.mergeOutput ? 2 : 0) | (run.keepProcesses ? 4 : 0);
  let at = frame.writeUInt32LE(flags, frameHeaderBytes);
  at = frame.writeUInt32LE(run.timeoutMs, at);
  at = frame.writeUInt32LE(run.graceMs, at);
  at = frame.writeUInt32LE(run.outputCredit, at);
  at = frame.writeUInt32LE(run.argv.length, at);
  at = frame.writeUInt32LE(run.env.length, at);
  frame.write(text, at);
  return frame;
}

type BareFrame = 'sendEnd' | 'ping' | 'close';

export function encodeBare(type: BareFrame, stream: number): Buffer {
  return startFrame(agentFrames[type], stream, 0);
}

/** `grant`: bytes. `end`: the grace in milliseconds. */
export function encodeNumber(type: 'grant' | 'end', stream: number, value: number): Buffer {
  const frame = startFrame(agentFrames[type], stream, 4);
  frame.writeUInt32LE(value, frameHeaderBytes);
  return frame;
}

/** The header of a `send` frame; its payload follows as it is, uncopied. */
export function encodeSendHeader(stream: number, length: number): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes);
  writeHeader(frame, { type: agentFrames.send, stream, length });
  return frame;
}

/** Port 0: any. */
export function encodeListen(stream: number, port: number): Buffer {
  const frame = startFrame(agentFrames.listen, stream, 2);
  frame.writeUInt16LE(port, frameHeaderBytes);
  return frame;
}

/** `address`: 4 or 16 bytes. */
export function encodeConnect(stream: number, port: number, address: Uint8Array): Buffer {
  const frame = startFrame(agentFrames.connect, stream, 2 + address.length);
  frame.set(address, frame.writeUInt16LE(port, frameHeaderBytes));
  return frame;
}

function startFrame(type: number, stream: number, length: number): Buffer {
  const frame = Buffer.allocUnsafe(frameHeaderBytes + length);
  writeHeader(frame, { type, stream, length });
  return frame;
}

function writeHeader(frame: Buffer, header: { type: number; stream: number; length: number }): void {
  frame.writeUInt32LE(header.length, 0);
  frame.writeUInt8(header.type, 4);
  frame.writeUInt32LE(header.stream, 5);
}
