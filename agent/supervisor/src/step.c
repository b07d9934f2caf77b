#include "step.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "keeper.h"
#include "monotonic.h"
#include "oom-count.h"
#include "orphans.h"
#include "outbox.h"
#include "pipes.h"
#include "protocol.h"
#include "sink.h"
#include "source.h"
#include "step-frames.h"
#include "step-table.h"
#include "watch.h"

/* Keepers need a moment beyond the times they keep. */
enum { KEEPER_LATE_MS = 2000 };

static const struct step_settings *settings;

bool step_exists(uint32_t stream) { return step_find(stream) != NULL; }

static int64_t overdue(uint64_t allowed_ms) {
  return monotonic_us() + (int64_t)(allowed_ms + settings->dirty_ms + KEEPER_LATE_MS) * 1000;
}

/* Forks the keeper. 0 or an errno. */
static int start(struct step *step, const struct run_request *request) {
  struct pipes pipes;
  if (!pipes_open(&pipes, request->flags)) return errno;
  pid_t keeper = fork();
  if (keeper == 0) {
    struct keeper_task task = {
        .request = request,
        .origin = &settings->origin,
        .streams = {pipes.in[0], pipes.out[1], pipes.err[1]},
        .control = pipes.control[1],
        .dirty_ms = settings->dirty_ms,
    };
    keeper_run(&task);
  }
  if (keeper < 0) {
    int error = errno;
    pipes_close(&pipes);
    return error;
  }
  close(pipes.in[0]);
  close(pipes.out[1]);
  close(pipes.err[1]);
  close(pipes.control[1]);
  step->keeper = keeper;
  step->control = pipes.control[0];
  step->in.fd = pipes.in[1];
  step->out.fd = pipes.out[0];
  step->err.fd = pipes.err[0];
  return 0;
}

void steps_open(const struct step_settings *for_all) { settings = for_all; }

void step_run(const struct frame *frame) {
  struct run_request request;
  int error = run_request_decode(frame, &request);
  if (error) {
    append_fail(frame->stream, STAGE_REQUEST, error);
    return;
  }
  struct step *step = step_slot();
  if (!step) {
    error = EAGAIN;
  } else {
    uint32_t stream = frame->stream;
    uint32_t timeout_ms = request.timeout_ms;
    *step = (struct step){
        .stream = stream,
        .credit = request.output_credit,
        .out = {.type = FRAME_STDOUT, .stream = stream, .credit = &step->credit, .left = UINT64_MAX},
        .err = {.type = FRAME_STDERR, .stream = stream, .credit = &step->credit, .left = UINT64_MAX},
        .in = {.stream = stream},
        .ooms_before = oom_count(),
        .overdue_us = timeout_ms ? overdue((uint64_t)timeout_ms + request.grace_ms) : INT64_MAX,
    };
    error = start(step, &request);
    if (error == 0) step->state = RUNNING;
  }
  run_request_free(&request);
  if (error) append_fail(frame->stream, STAGE_RESOURCES, error);
}

bool step_send(const struct frame *frame) {
  struct step *step = step_find(frame->stream);
  return !step || sink_add(&step->in, frame->payload, frame->length);
}

void step_send_end(uint32_t stream) {
  struct step *step = step_find(stream);
  if (step) sink_end(&step->in);
}

bool step_grant(uint32_t stream, uint32_t bytes) {
  struct step *step = step_find(stream);
  if (!step) return true;
  if (bytes > UINT32_MAX - step->credit) return false;
  step->credit += bytes;
  return true;
}

void step_end(uint32_t stream, uint32_t grace_ms) {
  struct step *step = step_find(stream);
  if (!step || step->keeper_gone || (step->state != RUNNING && step->state != KEEPING && step->state != DRAINING)) return;
  struct keeper_order order = {.grace_ms = grace_ms};
  ssize_t sent = send(step->control, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
  (void)sent; /* It has just ended, or it hangs, which the next line takes care of. */
  int64_t due = overdue(grace_ms);
  if (due < step->overdue_us) step->overdue_us = due;
}

static void drain(struct step *step) {
  step->state = DRAINING;
  source_end_here(&step->out);
  source_end_here(&step->err);
  sink_close(&step->in);
}

static void on_keeper_gone(struct step *step) {
  step->keeper_gone = true;
  close_descriptor(&step->control);
}

/* Nobody says any more how the program ended. Whoever is left of its tree is now the supervisor's own child. */
static void on_keeper_lost(struct step *step) {
  struct keeper_report unknown = {.news = KEEPER_EXITED, .flags = EXIT_KEEPER_LOST};
  on_keeper_gone(step);
  if (step->state == RUNNING) step->report = unknown;
  step->kept = unknown;
  if (step->state == RUNNING) step->state = ORPHANED;
  orphans_kill(monotonic_us(), settings->dirty_ms);
}

static void tell_start(struct step *step, pid_t pid) {
  if (!step->start_told) append_start(step->stream, pid);
  step->start_told = true;
}

static void on_news(struct step *step, const struct keeper_report *report) {
  switch (report->news) {
    case KEEPER_STARTED:
      tell_start(step, report->pid);
      break;
    case KEEPER_FAILED:
    case KEEPER_EXITED:
      if (report->news == KEEPER_EXITED) tell_start(step, report->pid);
      step->report = *report;
      step->overdue_us = INT64_MAX;
      drain(step);
      if (!(report->flags & EXIT_KEPT)) on_keeper_gone(step);
      break;
    case KEEPER_KEPT_GONE:
      step->kept = *report;
      on_keeper_gone(step);
      break;
  }
}

static void on_control(void *context, short events) {
  struct step *step = context;
  (void)events;
  while (step->control >= 0 && outbox_takes_control()) {
    struct keeper_report report;
    ssize_t length = recv(step->control, &report, sizeof report, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length == sizeof report) on_news(step, &report);
    else on_keeper_lost(step);
  }
}

void steps_watch(void) {
  for (struct step *step = step_after(NULL); step; step = step_after(step)) {
    if (step->control >= 0 && outbox_takes_control()) watch(step->control, POLLIN, on_control, step);
    source_watch(&step->out);
    source_watch(&step->err);
    sink_watch(&step->in);
  }
}

/* An out-of-memory kill counts for the step that died of it: a neighbour's shows in the same counter. */
static bool died_of_memory(const struct step *step) {
  int status = step->report.status;
  if (step->report.flags & (EXIT_TIMED_OUT | EXIT_ENDED | EXIT_KEEPER_LOST)) return false;
  bool killed = WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 128 + SIGKILL;
  return killed && oom_count() > step->ooms_before;
}

static void release(struct step *step) {
  close_descriptor(&step->control);
  close_descriptor(&step->out.fd);
  close_descriptor(&step->err.fd);
  sink_close(&step->in);
  step->state = FREE;
}

static void settle_drained(struct step *step) {
  source_pump(&step->out);
  source_pump(&step->err);
  if (!source_is_drained(&step->out) || !source_is_drained(&step->err)) return;
  if (step->report.news == KEEPER_FAILED) append_fail(step->stream, step->report.failure.stage, step->report.failure.error);
  else append_exit(step->stream, &step->report, died_of_memory(step));
  if (!(step->report.flags & EXIT_KEPT)) {
    release(step);
    return;
  }
  step->state = KEEPING;
  step->out.discard = step->err.discard = true;
}

static void settle(struct step *step, int64_t now_us) {
  if (now_us >= step->overdue_us) {
    step->overdue_us = INT64_MAX;
    kill(step->keeper, SIGKILL);
  }
  if (!outbox_takes_control()) return;
  if (step->state == ORPHANED && orphans_are_gone()) {
    if (orphans_are_dirty()) step->report.flags |= EXIT_DIRTY;
    drain(step);
  }
  if (step->state == DRAINING) settle_drained(step);
  if (step->state == KEEPING && step->keeper_gone && orphans_are_gone()) {
    append_kept_gone(step->stream, &step->kept);
    release(step);
  }
}

void steps_settle(int64_t now_us) {
  for (struct step *step = step_after(NULL); step; step = step_after(step)) settle(step, now_us);
  step_table_shrink();
}

int64_t steps_due_us(void) {
  int64_t due = INT64_MAX;
  for (const struct step *step = step_after(NULL); step; step = step_after(step))
    if (step->overdue_us < due) due = step->overdue_us;
  return due;
}

size_t steps_keepers(pid_t *keepers) {
  size_t count = 0;
  for (const struct step *step = step_after(NULL); step; step = step_after(step))
    if (!step->keeper_gone) keepers[count++] = step->keeper;
  return count;
}

void steps_end_all(void) {
  for (struct step *step = step_after(NULL); step; step = step_after(step)) {
    close_descriptor(&step->out.fd);
    close_descriptor(&step->err.fd);
    step_end(step->stream, 0);
  }
}

bool steps_are_over(void) { return step_after(NULL) == NULL; }
