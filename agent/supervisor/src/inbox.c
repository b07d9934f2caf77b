#include "inbox.h"

#include <stdlib.h>
#include <string.h>

#include "protocol.h"
#include "wire.h"

/* Small frames, many at once, are the rule. A large RUN makes the buffer grow; it shrinks again when that frame is done. */
enum { USUAL_BYTES = 2 * DATA_BYTES_MAX };

bool inbox_open(struct inbox *inbox) {
  *inbox = (struct inbox){.bytes = malloc(USUAL_BYTES), .capacity = USUAL_BYTES};
  return inbox->bytes != NULL;
}

static void resize(struct inbox *inbox, size_t capacity) {
  uint8_t *bytes = realloc(inbox->bytes, capacity);
  if (!bytes) return; /* The frame never completes; the agent's own deadline notices. */
  inbox->bytes = bytes;
  inbox->capacity = capacity;
}

uint8_t *inbox_space(struct inbox *inbox, size_t *length) {
  if (inbox->start > 0) {
    memmove(inbox->bytes, inbox->bytes + inbox->start, inbox->end - inbox->start);
    inbox->end -= inbox->start;
    inbox->start = 0;
  }
  if (inbox->end == 0 && inbox->capacity > USUAL_BYTES) resize(inbox, USUAL_BYTES);
  *length = inbox->capacity - inbox->end;
  return inbox->bytes + inbox->end;
}

void inbox_add(struct inbox *inbox, size_t length) { inbox->end += length; }

static bool known(uint8_t type, uint32_t length) {
  if (type < FRAME_RUN || type > FRAME_CLOSE) return false;
  return length <= (type == FRAME_RUN ? RUN_BYTES_MAX : DATA_BYTES_MAX);
}

enum inbox_result inbox_next(struct inbox *inbox, struct frame *frame) {
  size_t held = inbox->end - inbox->start;
  const uint8_t *header = inbox->bytes + inbox->start;
  if (held < FRAME_HEADER_BYTES) return INBOX_NEEDS_MORE;
  uint32_t length = get_u32(header);
  if (!known(header[4], length)) return INBOX_INVALID;
  size_t whole = FRAME_HEADER_BYTES + (size_t)length;
  if (held < whole) {
    if (whole > inbox->capacity) resize(inbox, whole);
    return INBOX_NEEDS_MORE;
  }
  *frame = (struct frame){.type = header[4], .stream = get_u32(header + 5), .payload = header + FRAME_HEADER_BYTES, .length = length};
  inbox->start += whole;
  return INBOX_FRAME;
}
