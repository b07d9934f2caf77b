#include "orphans.h"

#include <signal.h>

#include "process-tree.h"
#include "protocol.h"
#include "step.h"

enum { ROUND_US = 3000, STOP_FROM_ROUND = 3 };

static bool active, dirty;
static int64_t due_us, give_up_us;
static unsigned rounds;

void orphans_kill(int64_t now_us, uint32_t dirty_ms) {
  active = true;
  dirty = false;
  rounds = 0;
  due_us = now_us;
  give_up_us = now_us + (int64_t)dirty_ms * 1000;
}

void orphans_tick(int64_t now_us) {
  if (!active || now_us < due_us) return;
  pid_t keepers[STEPS_MAX];
  size_t count = steps_keepers(keepers);
  if (++rounds >= STOP_FROM_ROUND) signal_descendants(SIGSTOP, keepers, count);
  /* There are other children, the living keepers, so ECHILD cannot prove that all are gone: a scan that finds nobody must do. */
  bool gone = signal_descendants(SIGKILL, keepers, count) == 0;
  dirty = !gone && now_us >= give_up_us;
  active = !gone && !dirty;
  due_us = now_us + ROUND_US;
}

bool orphans_are_gone(void) { return !active; }

bool orphans_are_dirty(void) { return dirty; }

int64_t orphans_due_us(void) { return active ? due_us : INT64_MAX; }
