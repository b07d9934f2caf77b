#include "sink.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "outbox.h"
#include "protocol.h"
#include "watch.h"
#include "wire.h"

enum { WINDOW_BYTES = STDIN_WINDOW_BYTES };
_Static_assert((int)WINDOW_BYTES == (int)TUNNEL_WINDOW_BYTES, "one buffer size serves both");

static void flush(struct sink *sink) {
  size_t waiting = sink->end - sink->start;
  if (sink->fd < 0 || !outbox_takes_control()) return;
  if (waiting > 0) {
    ssize_t written = write(sink->fd, sink->bytes + sink->start, waiting);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (written < 0) {
      sink_close(sink);
      return;
    }
    uint8_t payload[4];
    put_u32(payload, (uint32_t)written);
    outbox_control(FRAME_SENT, sink->stream, payload, sizeof payload);
    sink->start += (size_t)written;
  }
  if (sink->start != sink->end) return;
  sink->start = sink->end = 0;
  if (sink->ending) sink_close(sink);
}

static void on_ready(void *context, short events) {
  (void)events;
  flush(context);
}

void sink_watch(struct sink *sink) {
  bool wanted = sink->end > sink->start || sink->ending;
  if (sink->fd >= 0 && wanted && outbox_takes_control()) watch(sink->fd, POLLOUT, on_ready, sink);
}

bool sink_add(struct sink *sink, const uint8_t *bytes, size_t length) {
  if (sink->fd < 0) return true;
  size_t waiting = sink->end - sink->start;
  if (sink->ending || waiting + length > WINDOW_BYTES) return false;
  if (!sink->bytes) sink->bytes = malloc(WINDOW_BYTES);
  if (!sink->bytes) {
    sink_close(sink);
    return true;
  }
  memmove(sink->bytes, sink->bytes + sink->start, waiting);
  memcpy(sink->bytes + waiting, bytes, length);
  sink->start = 0;
  sink->end = waiting + length;
  flush(sink);
  return true;
}

void sink_end(struct sink *sink) {
  sink->ending = true;
  flush(sink);
}

void sink_close(struct sink *sink) {
  if (sink->is_socket && sink->fd >= 0) shutdown(sink->fd, SHUT_WR);
  close_descriptor(&sink->fd);
  free(sink->bytes);
  sink->bytes = NULL;
  sink->start = sink->end = 0;
}
