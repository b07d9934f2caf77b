#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol.h"
#include "wire.h"

enum {
  CAPACITY = 256 << 10,
  /* Data that waits in here makes every other step wait: two frames keep the pipe busy. */
  DATA_WAITING_MAX = DATA_BYTES_MAX,
  /* More than all control frames that the handling of one frame or one event can cause. */
  CONTROL_ROOM = 4 << 10,
};

static uint8_t buffer[CAPACITY];
static size_t start, end;
static bool discarding;

static size_t waiting(void) { return end - start; }

bool outbox_takes_data(void) { return waiting() < DATA_WAITING_MAX; }

bool outbox_takes_control(void) { return waiting() + CONTROL_ROOM <= CAPACITY; }

bool outbox_is_empty(void) { return waiting() == 0; }

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

void outbox_control(uint8_t type, uint32_t stream, const void *payload, size_t length) {
  if (discarding) return;
  uint8_t *at = space(FRAME_HEADER_BYTES + length);
  header(at, type, stream, length);
  if (length > 0) memcpy(at + FRAME_HEADER_BYTES, payload, length);
  end += FRAME_HEADER_BYTES + length;
}

uint8_t *outbox_data_space(void) { return space(FRAME_HEADER_BYTES + DATA_BYTES_MAX) + FRAME_HEADER_BYTES; }

void outbox_data(uint8_t type, uint32_t stream, size_t length) {
  if (discarding) return;
  header(buffer + end, type, stream, length);
  end += FRAME_HEADER_BYTES + length;
}

bool outbox_flush(int fd) {
  while (waiting() > 0) {
    ssize_t written = write(fd, buffer + start, waiting());
    if (written < 0) return errno == EAGAIN || errno == EINTR;
    start += (size_t)written;
  }
  start = end = 0;
  return true;
}
