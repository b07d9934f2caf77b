/*
 * The wire format between the agent and the supervisor, over the stdin and stdout of one `docker exec`. Its other half is
 * agent/src/supervisor/frames.ts; docs/warm-exec.md explains it. Change PROTOCOL_VERSION with anything here.
 *
 * A frame is: u32 length of the payload, u8 type, u32 stream, payload. Integers are little-endian.
 * A stream is a step, a listener or a connection. The agent numbers what it opens from 1 and never reuses a number while it is
 * open; connections that a listener accepts are numbered by the supervisor, with the highest bit set.
 */
#pragma once

enum { PROTOCOL_VERSION = 1 };

enum {
  FRAME_HEADER_BYTES = 9,
  /* argv and env together: more than the kernel's own limit for execve, so that E2BIG is the kernel's answer. */
  RUN_BYTES_MAX = 4 << 20,
  /* The payload of any other frame, in both directions. */
  DATA_BYTES_MAX = 64 << 10,
  /* Bytes that may be under way to the stdin of one step, or each way of one connection, without having been credited. */
  STDIN_WINDOW_BYTES = 64 << 10,
  TUNNEL_WINDOW_BYTES = 64 << 10,
  STEPS_MAX = 256,
  TUNNELS_MAX = 64,
  ACCEPTED_STREAM_BIT = (int)0x80000000u,
};

/* From the agent. */
enum {
  /* u32 flags, timeout ms (0: none), grace ms, output credit, argc, envc; then NUL-terminated: user, workdir, argv…, env… */
  FRAME_RUN = 1,
  /* Bytes for a step's stdin or a connection. */
  FRAME_SEND = 2,
  /* No more FRAME_SEND follows: end of file for a step, half-close for a connection. */
  FRAME_SEND_END = 3,
  /* u32: so many more bytes may come from this stream. */
  FRAME_GRANT = 4,
  /* u32 grace ms: TERM, grace, KILL. For a step, also one whose kept processes live on. */
  FRAME_END = 5,
  FRAME_PING = 6,
  /* u16 port (0: any): listen on the loopback. */
  FRAME_LISTEN = 7,
  /* u16 port, then 4 or 16 bytes of address. */
  FRAME_CONNECT = 8,
  /* Close a connection or a listener at once. */
  FRAME_CLOSE = 9,
};

/* To the agent. */
enum {
  /* u32 version, HELLO_* flags, pid, uid, gid, STEPS_MAX, STDIN_WINDOW_BYTES, TUNNEL_WINDOW_BYTES */
  FRAME_HELLO = 65,
  /* u32 pid: the program has been executed. Of one that runs for a few milliseconds at once, else just before FRAME_EXIT. */
  FRAME_START = 66,
  FRAME_STDOUT = 67,
  FRAME_STDERR = 68,
  /* u32 EXIT_* flags, exit code, signal (0: none), survivors killed; u64 user µs, system µs, wall µs, peak KiB: its output is complete. */
  FRAME_EXIT = 69,
  /* u32 stage, u32 errno: the stream was never opened. */
  FRAME_FAIL = 70,
  FRAME_PONG = 71,
  /* u32: so many bytes of FRAME_SEND have been passed on. */
  FRAME_SENT = 72,
  /* u16 port. */
  FRAME_LISTENING = 73,
  /* u32 listener: this new stream connected to it. */
  FRAME_ACCEPTED = 74,
  FRAME_CONNECTED = 75,
  FRAME_RECEIVED = 76,
  FRAME_RECEIVED_END = 77,
  /* u32 errno (0: orderly): the connection or listener is gone. */
  FRAME_CLOSED = 78,
  /* u32 killed, u32 EXIT_* flags: the processes that a step was allowed to keep are gone. */
  FRAME_KEPT_GONE = 79,
};

/* Flags of FRAME_RUN. */
enum { RUN_STDIN = 1, RUN_MERGE = 2, RUN_KEEP = 4, RUN_FLAGS = 7 };

/* Flags of FRAME_HELLO: orphans are adopted; steps can be run as any user. */
enum { HELLO_ADOPTS = 1, HELLO_ANY_USER = 2 };

/* Flags of FRAME_EXIT. */
enum {
  EXIT_TIMED_OUT = 1,
  EXIT_ENDED = 2,
  EXIT_DIRTY = 4,
  EXIT_KEPT = 8,
  EXIT_OOM = 16,
  /* The step's keeper was killed: how the step ended is unknown. */
  EXIT_KEEPER_LOST = 32,
};

/* Stages of FRAME_FAIL. */
enum { STAGE_REQUEST = 1, STAGE_RESOURCES = 2, STAGE_USER = 3, STAGE_WORKDIR = 4, STAGE_PROGRAM = 5, STAGE_LISTEN = 6, STAGE_CONNECT = 7 };

/* Exit codes of the supervisor itself; the agent tells by them why a session ended. */
enum { END_ORDERLY = 0, END_SYSTEM = 71, END_LEASE = 75, END_PROTOCOL = 76 };
