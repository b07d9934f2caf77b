#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "monotonic.h"
#include "process-tree.h"
#include "protocol.h"
#include "signals.h"

enum phase { RUNNING, TERMINATING, KEEPING, KILLING };

enum {
  /* A kill that worked shows within microseconds; one that did not is repeated ever more rarely. */
  KILL_ROUND_US_FIRST = 2000,
  KILL_ROUND_US_MAX = 50000,
  /* A program that ends sooner is told of once, with its end: each report wakes the supervisor. */
  STARTED_US = 5000,
  /* Whoever forks faster than it is found is stopped first, from this round on. */
  STOP_FROM_ROUND = 3,
};

static const int64_t never = INT64_MAX;

struct keeper {
  const struct run_request *request;
  int control;
  pid_t program;
  enum phase phase;
  bool program_ended, someone_left, counting, kept;
  int64_t started_us, dirty_us;
  /* When the phase is over, or the next round of killing is due. */
  int64_t due_us;
  int64_t give_up_us;
  /* When the start is told; never once it is. */
  int64_t tell_us;
  unsigned rounds;
  struct keeper_report report;
};

static void tell(struct keeper *keeper, enum keeper_news news) {
  struct rusage usage;
  struct keeper_report *report = &keeper->report;
  report->news = news;
  keeper->tell_us = never;
  /* Everything that was waited for, by us or by a parent that we waited for; so complete only when nobody is left. */
  if (getrusage(RUSAGE_CHILDREN, &usage) == 0) {
    report->user_us = (int64_t)usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec;
    report->system_us = (int64_t)usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
    report->peak_kib = usage.ru_maxrss;
  }
  ssize_t sent = send(keeper->control, report, sizeof *report, MSG_NOSIGNAL);
  (void)sent; /* The supervisor is gone: then so are its steps, and nobody asks. */
}

static void start_killing(struct keeper *keeper) {
  if (keeper->phase == KILLING) return;
  int64_t now = monotonic_us();
  keeper->phase = KILLING;
  keeper->counting = keeper->program_ended;
  keeper->due_us = now;
  keeper->give_up_us = now + keeper->dirty_us;
}

static void start_terminating(struct keeper *keeper, uint32_t flag, uint32_t grace_ms) {
  if (keeper->phase == KILLING) return;
  if (keeper->phase != TERMINATING && !keeper->program_ended) keeper->report.flags |= flag;
  if (grace_ms == 0) {
    start_killing(keeper);
    return;
  }
  int64_t due = monotonic_us() + (int64_t)grace_ms * 1000;
  if (keeper->phase == TERMINATING) {
    if (due < keeper->due_us) keeper->due_us = due;
    return;
  }
  keeper->phase = TERMINATING;
  keeper->due_us = due;
  signal_descendants(SIGTERM, NULL, 0);
}

/*
 * Mostly everyone is in the program's own process group, and no scan is needed. While the program has not been waited for, its number cannot
 * mean another group.
 */
static void kill_everyone(struct keeper *keeper) {
  keeper->rounds++;
  if (keeper->rounds == 1 && !keeper->program_ended) {
    kill(-keeper->program, SIGKILL);
    return;
  }
  if (keeper->rounds >= STOP_FROM_ROUND) signal_descendants(SIGSTOP, NULL, 0);
  signal_descendants(SIGKILL, NULL, 0);
}

static void kill_round(struct keeper *keeper) {
  kill_everyone(keeper);
  unsigned doublings = keeper->rounds < 6 ? keeper->rounds - 1 : 5;
  int64_t pause = (int64_t)KILL_ROUND_US_FIRST << doublings;
  keeper->due_us = monotonic_us() + (pause < KILL_ROUND_US_MAX ? pause : KILL_ROUND_US_MAX);
}

/* Whether a process that was not the program itself ended because of us. */
static bool was_ended(const struct keeper *keeper, int status) {
  if (keeper->kept) return keeper->phase != KEEPING;
  return keeper->counting && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Waits for all that have ended. Someone is left unless the kernel says ECHILD: that is the proof. */
static void reap(struct keeper *keeper) {
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) {
      keeper->someone_left = pid == 0;
      return;
    }
    if (pid == keeper->program) {
      keeper->program_ended = true;
      keeper->report.status = status;
      keeper->report.wall_us = monotonic_us() - keeper->started_us;
    } else if (was_ended(keeper, status)) {
      keeper->report.killed++;
    }
  }
}

/* The program has ended and others of its tree have not. */
static void on_program_ended(struct keeper *keeper) {
  bool keep = keeper->phase == RUNNING && keeper->request->flags & RUN_KEEP;
  if (!keep) {
    start_killing(keeper);
    return;
  }
  keeper->phase = KEEPING;
  keeper->due_us = never;
  keeper->kept = true;
  keeper->report.flags |= EXIT_KEPT;
  tell(keeper, KEEPER_EXITED);
}

static void on_due(struct keeper *keeper) {
  switch (keeper->phase) {
    case RUNNING:
      start_terminating(keeper, EXIT_TIMED_OUT, keeper->request->grace_ms);
      break;
    case TERMINATING:
      start_killing(keeper);
      break;
    case KEEPING:
      break;
    case KILLING:
      kill_round(keeper);
      break;
  }
}

static void on_control(struct keeper *keeper) {
  struct keeper_order order;
  ssize_t length = recv(keeper->control, &order, sizeof order, MSG_DONTWAIT);
  if (length == sizeof order) {
    start_terminating(keeper, EXIT_ENDED, order.grace_ms);
  } else if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR)) {
    start_terminating(keeper, EXIT_ENDED, 0);
    close(keeper->control);
    keeper->control = -1;
  }
}

static void await(struct keeper *keeper) {
  struct pollfd control = {.fd = keeper->control, .events = POLLIN};
  int64_t due = keeper->due_us < keeper->tell_us ? keeper->due_us : keeper->tell_us;
  int64_t left = due == never ? 0 : due - monotonic_us();
  if (left < 0) left = 0;
  struct timespec time = {.tv_sec = (time_t)(left / 1000000), .tv_nsec = (long)(left % 1000000 * 1000)};
  int ready = ppoll(&control, 1, due == never ? NULL : &time, signals_while_waiting());
  if (ready > 0) on_control(keeper);
}

static void keep(struct keeper *keeper) {
  for (;;) {
    reap(keeper);
    if (!keeper->someone_left) return;
    if (keeper->program_ended && (keeper->phase == RUNNING || keeper->phase == TERMINATING)) on_program_ended(keeper);
    int64_t now = monotonic_us();
    if (keeper->phase == KILLING && now >= keeper->give_up_us) {
      keeper->report.flags |= EXIT_DIRTY;
      return;
    }
    if (now >= keeper->due_us) on_due(keeper);
    if (now >= keeper->tell_us) tell(keeper, KEEPER_STARTED);
    await(keeper);
  }
}

void keeper_run(const struct keeper_task *task) {
  const int own[] = {task->streams[0], task->streams[1], task->streams[2], task->control};
  close_all_but(own, sizeof own / sizeof *own);
  /* Otherwise the next descriptor that is opened would become the program's stdin, stdout or stderr. */
  for (int i = 0; i < 3; i++) dup2(task->control, i);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "cleangrid-keep");

  int64_t now = monotonic_us();
  uint32_t timeout_ms = task->request->timeout_ms;
  struct keeper keeper = {
      .request = task->request,
      .control = task->control,
      .phase = RUNNING,
      .started_us = now,
      .dirty_us = (int64_t)task->dirty_ms * 1000,
      .due_us = timeout_ms ? now + (int64_t)timeout_ms * 1000 : never,
      .tell_us = now + STARTED_US,
  };
  keeper.program = launch(task->request, task->origin, task->streams, &keeper.report.failure);
  keeper.report.pid = keeper.program;
  /* While a keeper held an end of the step's pipes, their end of file would never come. */
  for (int i = 0; i < 3; i++) close(task->streams[i]);
  if (keeper.program > 0) keep(&keeper);
  tell(&keeper, keeper.program < 0 ? KEEPER_FAILED : keeper.kept ? KEEPER_KEPT_GONE : KEEPER_EXITED);
  _exit(0);
}
