/* Where the steps of a session are held: a fixed number of slots. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "keeper.h"
#include "sink.h"
#include "source.h"

/*
 *   FREE ─▶ RUNNING ── the keeper's last report ──▶ DRAINING ── output complete, EXIT or FAIL sent ──▶ FREE
 *              │                                       └── the same, but processes are kept ──▶ KEEPING ──▶ FREE
 *              └── the keeper was killed ──▶ ORPHANED ── orphans gone ──▶ DRAINING
 */
enum step_state { FREE, RUNNING, ORPHANED, DRAINING, KEEPING };

struct step {
  enum step_state state;
  uint32_t stream;
  pid_t keeper;
  int control;
  uint32_t credit;
  struct source out, err;
  struct sink in;
  uint64_t ooms_before;
  /* A keeper that has not reported by then hangs: somebody stopped it. */
  int64_t overdue_us;
  /* How the program ended; and how what it left behind did. */
  struct keeper_report report, kept;
  bool keeper_gone, start_told;
};

/* Goes through all that are not FREE: begins with NULL, and ends with it. */
struct step *step_after(const struct step *step);
/* NULL: there is none. */
struct step *step_find(uint32_t stream);
/* A slot that is FREE, or NULL. */
struct step *step_slot(void);
/* To be called now and then, so that nobody goes through slots that are not used any more. */
void step_table_shrink(void);
