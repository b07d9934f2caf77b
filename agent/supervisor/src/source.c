#include "source.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "descriptors.h"
#include "outbox.h"
#include "protocol.h"
#include "watch.h"

static void on_ready(void *context, short events) {
  (void)events;
  source_pump(context);
}

static bool may_read(const struct source *source) {
  if (source->fd < 0) return false;
  return source->discard || (source->left > 0 && *source->credit > 0 && outbox_takes_data());
}

void source_watch(struct source *source) {
  if (may_read(source)) watch(source->fd, POLLIN, on_ready, source);
}

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

void source_pump(struct source *source) {
  static uint8_t dropped[DATA_BYTES_MAX];
  if (!may_read(source)) return;
  uint64_t room = source->discard ? sizeof dropped : smaller(smaller(DATA_BYTES_MAX, source->left), *source->credit);
  ssize_t length = read(source->fd, source->discard ? dropped : outbox_data_space(), (size_t)room);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) {
    close_descriptor(&source->fd);
    return;
  }
  if (source->discard) return;
  outbox_data(source->type, source->stream, (size_t)length);
  *source->credit -= (uint32_t)length;
  source->left -= (uint64_t)length;
}

void source_end_here(struct source *source) {
  int held = 0;
  if (source->fd >= 0 && ioctl(source->fd, FIONREAD, &held) == 0 && held > 0) source->left = (uint64_t)held;
  else source->left = 0;
}

bool source_is_drained(const struct source *source) { return source->fd < 0 || source->left == 0; }
