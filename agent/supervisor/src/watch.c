#include "watch.h"

#include <poll.h>
#include <stdlib.h>

#include "descriptors.h"
#include "monotonic.h"
#include "signals.h"

static struct pollfd polled[DESCRIPTORS_MAX];
static struct {
  ready_handler *ready;
  void *context;
} handlers[DESCRIPTORS_MAX];
static nfds_t count;

void watch_clear(void) { count = 0; }

void watch(int fd, short events, ready_handler *ready, void *context) {
  if (count == DESCRIPTORS_MAX) abort(); /* The tables are smaller. */
  polled[count] = (struct pollfd){.fd = fd, .events = events};
  handlers[count].ready = ready;
  handlers[count].context = context;
  count++;
}

void watch_wait(int64_t until_us) {
  const int64_t now_us = monotonic_us();
  const int64_t left = until_us > now_us ? until_us - now_us : 0; /* until_us may be INT64_MIN: do not subtract from it */
  struct timespec time = {.tv_sec = (time_t)(left / 1000000), .tv_nsec = (long)(left % 1000000 * 1000)};
  if (ppoll(polled, count, &time, signals_while_waiting()) <= 0) return;
  for (nfds_t i = 0; i < count; i++)
    if (polled[i].revents) handlers[i].ready(handlers[i].context, polled[i].revents);
}
