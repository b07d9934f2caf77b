#include "run-request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol.h"
#include "wire.h"

enum { FIXED_BYTES = 24 };

/* The strings of the frame, one after the other. Its last byte is known to be NUL. */
struct strings {
  char *next, *end;
};

static char *take(struct strings *strings) {
  if (strings->next == strings->end) return NULL;
  char *string = strings->next;
  strings->next += strlen(string) + 1;
  return string;
}

static bool take_list(struct strings *strings, uint32_t count, char **list) {
  for (uint32_t i = 0; i < count; i++) {
    list[i] = take(strings);
    if (!list[i]) return false;
  }
  list[count] = NULL;
  return true;
}

int run_request_decode(const struct frame *frame, struct run_request *request) {
  const uint8_t *fixed = frame->payload;
  if (frame->length <= FIXED_BYTES || fixed[frame->length - 1] != 0) return EINVAL;
  uint32_t argc = get_u32(fixed + 16), envc = get_u32(fixed + 20);
  /* Every string has at least its NUL, which bounds both counts before they size anything. */
  if (argc == 0 || argc > frame->length || envc > frame->length) return EINVAL;
  char **lists = malloc(((size_t)argc + envc + 2) * sizeof *lists);
  if (!lists) return ENOMEM;
  *request = (struct run_request){
      .flags = get_u32(fixed),
      .timeout_ms = get_u32(fixed + 4),
      .grace_ms = get_u32(fixed + 8),
      .output_credit = get_u32(fixed + 12),
      .argv = lists,
      .env = lists + argc + 1,
  };
  struct strings strings = {(char *)(uintptr_t)fixed + FIXED_BYTES, (char *)(uintptr_t)fixed + frame->length};
  request->user = take(&strings);
  request->workdir = take(&strings);
  bool complete = request->user && request->workdir && take_list(&strings, argc, request->argv) && take_list(&strings, envc, request->env);
  if (complete && strings.next == strings.end && !(request->flags & ~(uint32_t)RUN_FLAGS)) return 0;
  run_request_free(request);
  return EINVAL;
}

void run_request_free(struct run_request *request) {
  free(request->argv);
  request->argv = NULL;
}
