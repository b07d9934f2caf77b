/*
 * The keeper of one step: a process of its own that starts the program, adopts every orphan of it, enforces its time, and does
 * not end before nobody of the step is left.
 *
 *   running ── timeout or end ──▶ terminating ── grace over, or the program ended ──▶ killing ──▶ gone
 *      │  └── the program ended, nobody else left ─────────────────────────────────────────────────▲
 *      ├──── the program ended, others left ─────────────────────────────────────▶ killing          │
 *      └──── the program ended, others left, and may be kept ──▶ keeping ── end ──▶ killing         │
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "launch.h"

/* Supervisor to keeper, over a SOCK_SEQPACKET pair. End of file means the same with no grace. */
struct keeper_order {
  uint32_t grace_ms;
};

enum keeper_news { KEEPER_STARTED, KEEPER_FAILED, KEEPER_EXITED, KEEPER_KEPT_GONE };

/* Keeper to supervisor. */
struct keeper_report {
  enum keeper_news news;
  pid_t pid;
  struct launch_failure failure;
  /* As `wait` gives it. */
  int status;
  /* EXIT_*, as far as a keeper knows. */
  uint32_t flags;
  uint32_t killed;
  int64_t user_us, system_us, wall_us, peak_kib;
};

struct keeper_task {
  const struct run_request *request;
  const struct origin *origin;
  /* stdin, stdout, stderr of the step. */
  int streams[3];
  int control;
  uint32_t dirty_ms;
};

/* Never returns. Called in the forked process. */
_Noreturn void keeper_run(const struct keeper_task *task);
