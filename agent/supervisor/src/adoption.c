#include "adoption.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that leaves a grandchild behind. The grandchild lives until it reads end of file, so that it is certainly orphaned. */
_Noreturn static void orphan_a_child(int hold[2]) {
  close(hold[1]);
  if (fork() != 0) _exit(0);
  char byte;
  ssize_t length = read(hold[0], &byte, 1);
  (void)length;
  _exit(0);
}

bool adoption_works(void) {
  int hold[2];
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || pipe2(hold, 0) != 0) return false;
  pid_t child = fork();
  if (child == 0) orphan_a_child(hold);
  close(hold[0]);
  bool reaped = child > 0 && waitpid(child, NULL, 0) == child;
  close(hold[1]);
  /* Had the orphan gone to PID 1, there would be no child to wait for. */
  return reaped && waitpid(-1, NULL, 0) > 0;
}
