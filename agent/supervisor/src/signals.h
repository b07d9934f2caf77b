/* Which signals reach the supervisor and its keepers: none but SIGKILL and SIGSTOP, and while they wait SIGCHLD. */
#pragma once

#include <signal.h>

/* Blocks everything, so that no step of the same user can end or confuse the caller. */
void signals_block(void);
/* The mask for waiting: SIGCHLD interrupts it. */
const sigset_t *signals_while_waiting(void);
