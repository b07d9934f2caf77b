#include "pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "protocol.h"

static void close_pair(int pair[2]) {
  close_descriptor(&pair[0]);
  close_descriptor(&pair[1]);
}

void pipes_close(struct pipes *pipes) {
  close_pair(pipes->in);
  close_pair(pipes->out);
  close_pair(pipes->err);
  close_pair(pipes->control);
}

/* Only the supervisor's end must not block: a program expects ordinary pipes. */
static bool open_input(int pair[2], bool wanted) {
  if (wanted) return pipe2(pair, O_CLOEXEC) == 0 && set_nonblocking(pair[1]);
  pair[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return pair[0] >= 0;
}

static bool open_output(int pair[2]) { return pipe2(pair, O_CLOEXEC) == 0 && set_nonblocking(pair[0]); }

bool pipes_open(struct pipes *pipes, uint32_t flags) {
  *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  bool open = open_input(pipes->in, flags & RUN_STDIN) && open_output(pipes->out);
  if (open && flags & RUN_MERGE) {
    pipes->err[1] = fcntl(pipes->out[1], F_DUPFD_CLOEXEC, 3);
    open = pipes->err[1] >= 0;
  } else if (open) {
    open = open_output(pipes->err);
  }
  if (open && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pipes->control) == 0) return true;
  int error = errno;
  pipes_close(pipes);
  errno = error;
  return false;
}
