/* A pipe or socket that takes bytes from the agent: one window of them is held until they can be written. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink {
  /* -1: whoever read is gone, or everything is written. */
  int fd;
  uint32_t stream;
  bool is_socket;
  /* Nothing more comes from the agent: close when all is written. */
  bool ending;
  uint8_t *bytes;
  size_t start, end;
};

void sink_watch(struct sink *sink);
/* False: more than the window, which the agent may not send. Bytes for a closed sink are dropped. */
bool sink_add(struct sink *sink, const uint8_t *bytes, size_t length);
void sink_end(struct sink *sink);
/* Closes at once. */
void sink_close(struct sink *sink);
