/* A pipe or socket whose bytes become data frames, as far as the agent has granted credit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct source {
  /* -1: nothing more comes. */
  int fd;
  uint8_t type;
  uint32_t stream;
  /* Shared by the two streams of a step. */
  uint32_t *credit;
  /* No more than so many bytes are read. */
  uint64_t left;
  /* Bytes are read and thrown away. */
  bool discard;
};

void source_watch(struct source *source);
/* Reads one frame's worth, if credit and room allow. Closes at the end of file. */
void source_pump(struct source *source);
/* What is in the pipe now is all that will ever be sent, whoever else may still hold its other end. */
void source_end_here(struct source *source);
/* Everything up to there, or to the end of file, has become frames. */
bool source_is_drained(const struct source *source);
