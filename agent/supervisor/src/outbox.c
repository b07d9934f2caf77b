#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monotonic.h"
#include "protocol.h"
#include "wire.h"

enum {
  CAPACITY = 256 << 10,
  /* Data that waits in here makes every other step wait: two frames keep the pipe busy. */
  DATA_WAITING_MAX = DATA_BYTES_MAX,
  /* More than all control frames that the handling of one frame or one event can cause. */
  CONTROL_ROOM = 4 << 10,
  FULL_US = 100,
};

static uint8_t buffer[CAPACITY];
static size_t start, end;
static bool discarding;
/* Everything from `start` on may wait until then. */
static int64_t due_us = INT64_MAX;
static bool is_full;

static size_t waiting(void) { return end - start; }

bool outbox_takes_data(void) { return waiting() < DATA_WAITING_MAX; }

bool outbox_takes_control(void) { return waiting() + CONTROL_ROOM <= CAPACITY; }

int64_t outbox_due_us(void) { return waiting() == 0 || is_full ? INT64_MAX : due_us; }

bool outbox_needs_room(void) { return waiting() > 0 && is_full; }

void outbox_discard(void) {
  discarding = true;
  start = end = 0;
}

static uint8_t *space(size_t length) {
  if (end + length > CAPACITY) {
    memmove(buffer, buffer + start, waiting());
    end -= start;
    start = 0;
  }
  if (end + length > CAPACITY) abort(); /* A caller did not ask for room. */
  return buffer + end;
}

static void header(uint8_t *at, uint8_t type, uint32_t stream, size_t length) {
  put_u32(at, (uint32_t)length);
  at[4] = type;
  put_u32(at + 5, stream);
}

static void append(uint8_t type, uint32_t stream, const void *payload, size_t length) {
  if (discarding) return;
  uint8_t *at = space(FRAME_HEADER_BYTES + length);
  header(at, type, stream, length);
  if (length > 0) memcpy(at + FRAME_HEADER_BYTES, payload, length);
  end += FRAME_HEADER_BYTES + length;
}

void outbox_control(uint8_t type, uint32_t stream, const void *payload, size_t length) {
  append(type, stream, payload, length);
  due_us = INT64_MIN;
}

uint8_t *outbox_data_space(void) { return space(FRAME_HEADER_BYTES + DATA_BYTES_MAX) + FRAME_HEADER_BYTES; }

void outbox_data(uint8_t type, uint32_t stream, size_t length) {
  if (discarding) return;
  header(buffer + end, type, stream, length);
  end += FRAME_HEADER_BYTES + length;
  due_us = INT64_MIN;
}

/*
 * A full pipe becomes writable with each page that its reader takes, and would be filled page by page, with a change of processes for each. So
 * the reader gets a moment to take more, as long as it takes anything.
 */
bool outbox_flush(int fd) {
  if (!is_full && outbox_due_us() > monotonic_us()) return true;
  is_full = false;
  size_t before = waiting();
  while (waiting() > 0) {
    ssize_t written = write(fd, buffer + start, waiting());
    if (written < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (written < 0) break;
    start += (size_t)written;
  }
  is_full = waiting() > 0 && waiting() == before;
  due_us = waiting() > 0 ? monotonic_us() + FULL_US : INT64_MAX;
  if (waiting() == 0) start = end = 0;
  return true;
}
