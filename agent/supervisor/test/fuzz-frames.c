/*
 * Feeds broken frames to everything that reads what the agent sends, under the sanitizers. Deterministic: `fuzz-frames SEED ROUNDS`.
 * Nothing is executed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/account.h"
#include "../src/environment.h"
#include "../src/inbox.h"
#include "../src/protocol.h"
#include "../src/run-request.h"
#include "../src/wire.h"

enum { STREAM_BYTES_MAX = 4096 };

static uint64_t state;

static uint32_t random_below(uint32_t bound) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 16) % bound;
}

/* Between "anything" and "nearly right", where the interesting mistakes are. */
static size_t make_run(uint8_t *at) {
  static const char *const words[] = {"", "true", "0", "root:root", "1:2:3", "A=b", "PATH=", ":", "4294967295", "/tmp"};
  uint8_t *p = at + FRAME_HEADER_BYTES;
  uint32_t count = random_below(8);
  for (int i = 0; i < 4; i++) p = put_u32(p, random_below(9));
  p = put_u32(put_u32(p, random_below(5)), random_below(5));
  for (uint32_t i = 0; i < count; i++) p = (uint8_t *)stpcpy((char *)p, words[random_below(sizeof words / sizeof *words)]) + 1;
  size_t length = (size_t)(p - at) - FRAME_HEADER_BYTES;
  put_u32(at, (uint32_t)length);
  at[4] = FRAME_RUN;
  put_u32(at + 5, 1 + random_below(4));
  return (size_t)(p - at);
}

static size_t make_other(uint8_t *at) {
  uint32_t length = random_below(20);
  put_u32(at, length);
  at[4] = (uint8_t)(1 + random_below(9));
  put_u32(at + 5, random_below(6));
  for (uint32_t i = 0; i < length; i++) at[FRAME_HEADER_BYTES + i] = (uint8_t)random_below(256);
  return FRAME_HEADER_BYTES + length;
}

static size_t make_stream(uint8_t *bytes) {
  size_t length = 0;
  while (length < STREAM_BYTES_MAX - 512 && random_below(12) != 0) length += random_below(2) ? make_run(bytes + length) : make_other(bytes + length);
  for (uint32_t flips = random_below(4); flips > 0 && length > 0; flips--) bytes[random_below((uint32_t)length)] = (uint8_t)random_below(256);
  return length;
}

static size_t bytes_read;

static void read_list(char *const *list) {
  for (size_t i = 0; list[i]; i++) bytes_read += strlen(list[i]);
}

static void use_run(const struct frame *frame) {
  static char *const base[] = {"PATH=/bin", "HOME=/", "TERM", NULL};
  static struct account account;
  struct run_request request;
  /* A copy that ends where the payload ends: the sanitizer sees the first byte beyond. */
  uint8_t *copy = malloc(frame->length);
  if (frame->length > 0) memcpy(copy, frame->payload, frame->length);
  struct frame exact = *frame;
  exact.payload = copy;
  if (run_request_decode(&exact, &request) == 0) {
    read_list(request.argv);
    read_list(request.env);
    bytes_read += strlen(request.workdir) + (size_t)account_resolve(request.user, &account);
    char **merged = environment_merge(base, account.home, request.env);
    read_list(merged);
    /* Where HOME is in `base`. */
    free(merged[1]);
    free(merged);
    run_request_free(&request);
  }
  free(copy);
}

static void feed(struct inbox *inbox, const uint8_t *bytes, size_t length) {
  struct frame frame;
  for (size_t at = 0; at < length;) {
    size_t room, portion = 1 + random_below(700);
    uint8_t *space = inbox_space(inbox, &room);
    if (portion > room) portion = room;
    if (portion > length - at) portion = length - at;
    memcpy(space, bytes + at, portion);
    inbox_add(inbox, portion);
    at += portion;
    enum inbox_result result;
    while ((result = inbox_next(inbox, &frame)) == INBOX_FRAME)
      if (frame.type == FRAME_RUN) use_run(&frame);
      else for (uint32_t i = 0; i < frame.length; i++) bytes_read += frame.payload[i] & 1;
    if (result == INBOX_INVALID) return;
  }
}

int main(int argc, char **argv) {
  static uint8_t bytes[STREAM_BYTES_MAX];
  if (argc != 3) return 64;
  state = strtoull(argv[1], NULL, 10) * 2654435761u + 88172645463325252u;
  for (long rounds = atol(argv[2]); rounds > 0; rounds--) {
    struct inbox inbox;
    if (!inbox_open(&inbox)) return 1;
    feed(&inbox, bytes, make_stream(bytes));
    free(inbox.bytes);
  }
  printf("%zu\n", bytes_read);
  return 0;
}
