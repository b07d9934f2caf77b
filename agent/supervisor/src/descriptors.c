#include "descriptors.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_kept(const int *kept, size_t count, int fd) {
  for (size_t i = 0; i < count; i++)
    if (kept[i] == fd) return true;
  return false;
}

static void close_range_or_each(unsigned first, unsigned last) {
  /* Kernels before 5.9 do not have it, and older seccomp profiles refuse it. */
  if (syscall(SYS_close_range, first, last, 0) == 0) return;
  for (unsigned fd = first; fd <= last && fd < DESCRIPTORS_MAX; fd++) close((int)fd);
}

void close_all_but(const int *kept, size_t count) {
  int highest = -1;
  for (size_t i = 0; i < count; i++)
    if (kept[i] > highest) highest = kept[i];
  unsigned first = 0;
  for (int fd = 0; fd <= highest; fd++) {
    if (!is_kept(kept, count, fd)) continue;
    if ((unsigned)fd > first) close_range_or_each(first, (unsigned)fd - 1);
    first = (unsigned)fd + 1;
  }
  close_range_or_each(first, ~0u);
}

void close_descriptor(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

bool set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}
