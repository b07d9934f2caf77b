/*
 * The supervisor: runs many steps in a container through one `docker exec`, each in a process tree that it can prove dead.
 *
 *   cleangrid-supervisor serve LEASE_MS DIRTY_MS   the session, on stdin and stdout
 *   cleangrid-supervisor hold                      does nothing until SIGTERM: keeps a container alive whose image has no such program
 *   cleangrid-supervisor list MAX ROOT…            what is below folders; run as a step, like the following
 *   cleangrid-supervisor amend                     removes and writes files
 *   cleangrid-supervisor print FILE…               what is in files of /proc
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adoption.h"
#include "amend.h"
#include "capabilities.h"
#include "descriptors.h"
#include "list.h"
#include "print.h"
#include "protocol.h"
#include "session.h"
#include "signals.h"

extern char **environ;

/* Returns the limit that steps shall have. */
static unsigned long raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return DESCRIPTORS_MAX;
  const rlim_t usual = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
  if (limit.rlim_cur > usual) setrlimit(RLIMIT_NOFILE, &limit);
  return usual;
}

static bool parse_positive(const char *text, uint32_t *value) {
  char *end;
  unsigned long parsed = strtoul(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != '\0' || parsed == 0 || parsed > INT_MAX) return false;
  *value = (uint32_t)parsed;
  return true;
}

static int serve(uint32_t lease_ms, uint32_t dirty_ms) {
  static char workdir[PATH_MAX];
  if (!getcwd(workdir, sizeof workdir)) strcpy(workdir, "/");
  /* Does not keep a mounted directory busy. */
  if (chdir("/") != 0) return END_SYSTEM;
  signals_block();
  /* Without this, a step of the same user could open /proc/PID/fd of the supervisor and forge frames, or trace it. */
  prctl(PR_SET_DUMPABLE, 0);
  /* The self-test comes before anything is opened: its children must inherit nothing that matters. */
  uint32_t flags = adoption_works() ? HELLO_ADOPTS : 0;
  if (can_run_as_any_user()) flags |= HELLO_ANY_USER;
  struct session_settings settings = {
      .lease_ms = lease_ms,
      .hello_flags = flags,
      .steps = {.origin = {.environment = environ, .workdir = workdir, .descriptors_max = raise_descriptor_limit()}, .dirty_ms = dirty_ms},
  };
  return session_serve(&settings);
}

static int hold(void) {
  sigset_t ends;
  siginfo_t sent;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  for (;;) {
    int signal = sigwaitinfo(&ends, &sent);
    /* As PID 1, orphans of the whole container come here. */
    if (signal == SIGCHLD)
      while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    /* As PID 1 it obeys who is outside, whom the kernel shows as process 0: a step cannot end its container. */
    else if (signal > 0 && (getpid() != 1 || sent.si_pid == 0)) return 0;
  }
}

int main(int argc, char **argv) {
  uint32_t lease_ms, dirty_ms, max;
  if (argc == 2 && strcmp(argv[1], "hold") == 0) return hold();
  if (argc == 4 && strcmp(argv[1], "serve") == 0 && parse_positive(argv[2], &lease_ms) && parse_positive(argv[3], &dirty_ms)) _exit(serve(lease_ms, dirty_ms));
  if (argc >= 4 && strcmp(argv[1], "list") == 0 && parse_positive(argv[2], &max)) return list((int)max, argv + 3);
  if (argc == 2 && strcmp(argv[1], "amend") == 0) return amend();
  if (argc >= 3 && strcmp(argv[1], "print") == 0) return print(argv + 2);
  fprintf(stderr, "usage: %s serve LEASE_MS DIRTY_MS | hold | list MAX ROOT... | amend | print FILE...\n", argv[0]);
  return 64;
}
