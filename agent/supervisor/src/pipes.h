/* The pipes between the supervisor, a keeper and the program of a step. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of each pair, [0] is read from and [1] written to; `control` is [0] for the supervisor, [1] for the keeper. */
struct pipes {
  int in[2], out[2], err[2], control[2];
};

/* As the flags of FRAME_RUN ask. False with errno; then all are closed. */
bool pipes_open(struct pipes *pipes, uint32_t flags);
void pipes_close(struct pipes *pipes);
