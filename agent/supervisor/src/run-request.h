/* A FRAME_RUN, decoded and checked. Nothing in it is trusted before. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inbox.h"

struct run_request {
  uint32_t flags, timeout_ms, grace_ms, output_credit;
  /* As `docker exec --user` takes it; empty: the supervisor's own. */
  const char *user;
  /* Empty: where the supervisor was started. */
  const char *workdir;
  /* NULL-terminated; the strings lie in the frame. */
  char **argv, **env;
};

/* 0 or an errno. On success the caller frees with `run_request_free`. */
int run_request_decode(const struct frame *frame, struct run_request *request);
void run_request_free(struct run_request *request);
