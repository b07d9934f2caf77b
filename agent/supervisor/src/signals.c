#include "signals.h"

#include <stddef.h>
#include <string.h>

static void interrupt_only(int signal) { (void)signal; }

/* Not sigfillset: that of musl leaves out three real-time signals, which would then end the process. */
static void fill(sigset_t *set) { memset(set, 0xff, sizeof *set); }

void signals_block(void) {
  struct sigaction action = {.sa_handler = interrupt_only};
  sigset_t all;
  fill(&all);
  sigaction(SIGCHLD, &action, NULL);
  sigprocmask(SIG_SETMASK, &all, NULL);
}

const sigset_t *signals_while_waiting(void) {
  static sigset_t mask;
  fill(&mask);
  sigdelset(&mask, SIGCHLD);
  return &mask;
}
