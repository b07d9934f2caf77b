/* One session: serves the agent over stdin and stdout until it leaves, falls silent or breaks the protocol. */
#pragma once

#include <stdint.h>

#include "step.h"

struct session_settings {
  /* Without a byte from the agent for so long, it is taken for dead. */
  uint32_t lease_ms;
  /* HELLO_* */
  uint32_t hello_flags;
  struct step_settings steps;
};

/* Returns END_*. When it returns, no process of any step is left, as far as the kernel allows. */
int session_serve(const struct session_settings *settings);
