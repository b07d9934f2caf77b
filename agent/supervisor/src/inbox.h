/* Frames from the agent: reads bytes, hands out whole, bounded frames. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
  uint8_t type;
  uint32_t stream;
  /* Valid until the next call that takes the inbox. */
  const uint8_t *payload;
  uint32_t length;
};

struct inbox {
  uint8_t *bytes;
  size_t start, end, capacity;
};

enum inbox_result { INBOX_FRAME, INBOX_NEEDS_MORE, INBOX_INVALID };

/* False when memory is short. */
bool inbox_open(struct inbox *inbox);
/* Space for the bytes to come, at least one; `inbox_add` says how many came. */
uint8_t *inbox_space(struct inbox *inbox, size_t *length);
void inbox_add(struct inbox *inbox, size_t length);
/* The next frame. INBOX_INVALID is final: the byte stream can no longer be understood. */
enum inbox_result inbox_next(struct inbox *inbox, struct frame *frame);
