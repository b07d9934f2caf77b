/* The steps of a session: the supervisor's side of each keeper, its pipes and its credit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "inbox.h"
#include "launch.h"

struct step_settings {
  struct origin origin;
  uint32_t dirty_ms;
};

/* Called once; the settings stay the caller's. */
void steps_open(const struct step_settings *settings);
/* Starts a step, or answers FRAME_FAIL. */
void step_run(const struct frame *frame);
bool step_exists(uint32_t stream);

/* Frames for a step that is over are late, not wrong: all of these ignore them. False: the agent broke the protocol. */
bool step_send(const struct frame *frame);
void step_send_end(uint32_t stream);
bool step_grant(uint32_t stream, uint32_t bytes);
void step_end(uint32_t stream, uint32_t grace_ms);

/* Adds everything that steps wait for. */
void steps_watch(void);
/* After the handlers: reports and frees what is over. `now_us` drives the last deadline, that of a keeper that hangs. */
void steps_settle(int64_t now_us);
/* When `steps_settle` wants to be called at the latest. */
int64_t steps_due_us(void);

/* The keepers that live, for whoever kills orphans: at most STEPS_MAX. */
size_t steps_keepers(pid_t *keepers);
/* Ends every step at once, because the session ends. */
void steps_end_all(void);
bool steps_are_over(void);
