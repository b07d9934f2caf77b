/* What the supervisor waits for: rebuilt before each wait, because it changes with credit and room. */
#pragma once

#include <stdint.h>

/* Handlers close descriptors but free nothing: what is over is freed after all handlers have run. */
typedef void ready_handler(void *context, short events);

void watch_clear(void);
void watch(int fd, short events, ready_handler *ready, void *context);
/* Waits until something is ready or `until_us` (monotonic) has come, then calls the handlers. A child's end also ends the wait. */
void watch_wait(int64_t until_us);
