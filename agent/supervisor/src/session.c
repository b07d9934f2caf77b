#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "inbox.h"
#include "monotonic.h"
#include "orphans.h"
#include "outbox.h"
#include "protocol.h"
#include "tunnel.h"
#include "watch.h"
#include "wire.h"

enum { SERVING = -1, OUTPUT_PIPE_BYTES = 256 << 10 };

struct session {
  const struct session_settings *settings;
  struct inbox inbox;
  int64_t heard_us;
  /* SERVING, or END_*. */
  int end;
};

static void hello(const struct session *session) {
  uint8_t payload[32], *p = payload;
  const uint32_t fields[] = {
      PROTOCOL_VERSION, session->settings->hello_flags, (uint32_t)getpid(),  (uint32_t)getuid(),
      (uint32_t)getgid(), STEPS_MAX,                    STDIN_WINDOW_BYTES, TUNNEL_WINDOW_BYTES,
  };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) p = put_u32(p, fields[i]);
  outbox_control(FRAME_HELLO, 0, payload, sizeof payload);
}

static bool opens_new_stream(const struct frame *frame) {
  bool in_range = frame->stream != 0 && !(frame->stream & (uint32_t)ACCEPTED_STREAM_BIT);
  return in_range && !step_exists(frame->stream) && !tunnel_exists(frame->stream);
}

/* False: the agent broke the protocol. */
static bool handle(const struct frame *frame) {
  uint32_t stream = frame->stream;
  bool is_number = frame->length == 4;
  switch (frame->type) {
    case FRAME_RUN:
      if (!opens_new_stream(frame)) return false;
      step_run(frame);
      return true;
    case FRAME_LISTEN:
      return opens_new_stream(frame) && tunnel_listen(frame);
    case FRAME_CONNECT:
      return opens_new_stream(frame) && tunnel_connect(frame);
    case FRAME_SEND:
      return step_send(frame) && tunnel_send(frame);
    case FRAME_SEND_END:
      step_send_end(stream);
      tunnel_send_end(stream);
      return frame->length == 0;
    case FRAME_GRANT:
      return is_number && step_grant(stream, get_u32(frame->payload)) && tunnel_grant(stream, get_u32(frame->payload));
    case FRAME_END:
      if (is_number) step_end(stream, get_u32(frame->payload));
      return is_number;
    case FRAME_PING:
      outbox_control(FRAME_PONG, stream, frame->payload, 0);
      return frame->length == 0;
    case FRAME_CLOSE:
      tunnel_close(stream);
      return frame->length == 0;
    default:
      return false;
  }
}

static void end(struct session *session, int code) {
  if (session->end == SERVING) session->end = code;
}

/* Answers need room: while the agent reads too little, its frames wait. */
static void handle_frames(struct session *session) {
  while (session->end == SERVING && outbox_takes_control()) {
    struct frame frame;
    enum inbox_result result = inbox_next(&session->inbox, &frame);
    if (result == INBOX_NEEDS_MORE) return;
    if (result == INBOX_INVALID || !handle(&frame)) end(session, END_PROTOCOL);
  }
}

static void on_input(void *context, short events) {
  struct session *session = context;
  size_t room;
  (void)events;
  uint8_t *space = inbox_space(&session->inbox, &room);
  ssize_t length = read(STDIN_FILENO, space, room);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) {
    end(session, END_ORDERLY);
    return;
  }
  session->heard_us = monotonic_us();
  inbox_add(&session->inbox, (size_t)length);
}

static void on_output(void *context, short events) {
  (void)context;
  (void)events; /* Writing follows every wait anyway. */
}

/* Keepers, and the orphans of keepers that were killed. */
static void reap(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

static int64_t earliest(int64_t a, int64_t b) { return a < b ? a : b; }

static void wait_once(struct session *session, int64_t until_us) {
  watch_clear();
  if (session->end == SERVING) {
    if (outbox_takes_control()) watch(STDIN_FILENO, POLLIN, on_input, session);
    if (outbox_needs_room()) watch(STDOUT_FILENO, POLLOUT, on_output, session);
    tunnels_watch();
  }
  steps_watch();
  watch_wait(earliest(until_us, earliest(steps_due_us(), orphans_due_us())));
  reap();
  int64_t now = monotonic_us();
  orphans_tick(now);
  steps_settle(now);
  tunnels_settle();
}

/* The agent is gone: nobody waits for output or verdicts, only for the end of the processes. */
static void end_everything(struct session *session) {
  const int64_t patience_us = ((int64_t)session->settings->steps.dirty_ms + 1000) * 1000;
  int64_t until = monotonic_us() + patience_us;
  outbox_discard();
  steps_end_all();
  while ((!steps_are_over() || !orphans_are_gone()) && monotonic_us() < until) wait_once(session, until);
}

int session_serve(const struct session_settings *settings) {
  struct session session = {.settings = settings, .end = SERVING, .heard_us = monotonic_us()};
  const int64_t lease_us = (int64_t)settings->lease_ms * 1000;
  if (!inbox_open(&session.inbox) || !set_nonblocking(STDIN_FILENO) || !set_nonblocking(STDOUT_FILENO)) return END_SYSTEM;
  /* A larger pipe means fewer changes between processes; a much larger one would make short frames wait behind long output. */
  fcntl(STDOUT_FILENO, F_SETPIPE_SZ, OUTPUT_PIPE_BYTES);
  steps_open(&settings->steps);
  hello(&session);
  while (session.end == SERVING) {
    if (!outbox_flush(STDOUT_FILENO)) end(&session, END_ORDERLY);
    wait_once(&session, earliest(session.heard_us + lease_us, outbox_due_us()));
    handle_frames(&session);
    /* dockerd can go away without closing stdin: then only the silence tells. */
    if (monotonic_us() - session.heard_us >= lease_us) end(&session, END_LEASE);
  }
  end_everything(&session);
  return session.end;
}
