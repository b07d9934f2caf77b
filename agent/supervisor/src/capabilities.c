#include "capabilities.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/capability.h, which musl does not bring along. */
enum { CAPABILITY_VERSION_3 = 0x20080522, CAPABILITY_KILL = 5, CAPABILITY_SETGID = 6, CAPABILITY_SETUID = 7 };
struct capability_header {
  uint32_t version;
  int pid;
};
struct capability_sets {
  uint32_t effective, permitted, inheritable;
};

bool can_run_as_any_user(void) {
  struct capability_header header = {.version = CAPABILITY_VERSION_3};
  struct capability_sets sets[2] = {0};
  const uint32_t needed = 1u << CAPABILITY_KILL | 1u << CAPABILITY_SETGID | 1u << CAPABILITY_SETUID;
  return syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & needed) == needed;
}
