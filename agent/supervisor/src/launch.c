#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "environment.h"
#include "protocol.h"

struct program {
  const struct run_request *request;
  const struct account *account;
  const char *workdir;
  char **environment;
  unsigned long descriptors_max;
};

/* Like execvp, but by the PATH of the step, and without handing a file of unknown format to a shell. Returns an errno. */
static int execute(char **argv, char **environment) {
  const char *name = argv[0], *path = environment_get(environment, "PATH");
  if (*name == '\0') return ENOENT;
  if (strchr(name, '/')) {
    execve(name, argv, environment);
    return errno;
  }
  int error = ENOENT;
  for (const char *next = path ? path : ""; next;) {
    char file[PATH_MAX];
    size_t length = strcspn(next, ":");
    int written = snprintf(file, sizeof file, "%.*s/%s", (int)length, length ? next : ".", name);
    if (written > 0 && (size_t)written < sizeof file) {
      execve(file, argv, environment);
      if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return errno;
      if (errno == EACCES) error = EACCES;
    }
    next = next[length] ? next + length + 1 : NULL;
  }
  return error;
}

static struct launch_failure failed(int stage, int error) { return (struct launch_failure){.stage = stage, .error = error}; }

/* As runc does: otherwise a step of another user could write to its stderr, but not open /dev/stderr. Not allowed to: not needed. */
static void give_streams_to(const struct account *account) {
  for (int fd = 0; fd < 3; fd++) {
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode) || status.st_uid == account->uid) continue;
    int refused = fchown(fd, account->uid, (gid_t)-1);
    (void)refused;
  }
}

/* Runs in the new process, which still shares its memory with the keeper: it changes nothing there, and returns only to report. */
static struct launch_failure become(const struct program *program, const int streams[3]) {
  /* The keeper holds 0 to 2, so that no stream can be one of them and none is overwritten before it is copied. */
  for (int i = 0; i < 3; i++)
    if (dup2(streams[i], i) < 0) return failed(STAGE_RESOURCES, errno);
  setsid();
  give_streams_to(program->account);
  /* As runc does: first with the supervisor's rights, then, where only the account may enter, with its own. */
  bool entered = chdir(program->workdir) == 0;
  if (!entered && errno != EACCES && errno != EPERM) return failed(STAGE_WORKDIR, errno);
  int error = account_assume(program->account);
  if (error) return failed(STAGE_USER, error);
  if (!entered && chdir(program->workdir) != 0) return failed(STAGE_WORKDIR, errno);
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != program->descriptors_max) {
    limit.rlim_cur = program->descriptors_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  /* If the keeper is killed, so is the program. Only now: a change of ids clears it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  return failed(STAGE_PROGRAM, execute(program->request->argv, program->environment));
}

/* vfork: copying the page tables of the keeper would cost more than all the rest. Under an emulator it may be a fork: hence the pipe. */
__attribute__((noinline)) static pid_t spawn(const struct program *program, const int streams[3], int report) {
  pid_t pid = vfork();
  if (pid != 0) return pid;
  struct launch_failure failure = become(program, streams);
  ssize_t written = write(report, &failure, sizeof failure);
  (void)written;
  _exit(127);
}

pid_t launch(const struct run_request *request, const struct origin *origin, const int streams[3], struct launch_failure *failure) {
  static struct account account;
  int error = account_resolve(request->user, &account), report[2];
  if (error) {
    *failure = failed(STAGE_USER, error);
    return -1;
  }
  struct program program = {
      .request = request,
      .account = &account,
      .workdir = *request->workdir ? request->workdir : origin->workdir,
      .environment = environment_merge(origin->environment, account.home, request->env),
      .descriptors_max = origin->descriptors_max,
  };
  *failure = failed(STAGE_RESOURCES, ENOMEM);
  if (!program.environment) return -1;
  if (pipe2(report, O_CLOEXEC) != 0) {
    *failure = failed(STAGE_RESOURCES, errno);
    return -1;
  }
  pid_t pid = spawn(&program, streams, report[1]);
  if (pid < 0) *failure = failed(STAGE_RESOURCES, errno);
  close(report[1]);
  /* The pipe ends when the program is executed, for it is closed then, or after a report. */
  bool refused = pid > 0 && read(report[0], failure, sizeof *failure) == sizeof *failure;
  close(report[0]);
  return refused ? -1 : pid;
}
