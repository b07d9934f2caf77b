/* The processes of a step whose keeper was killed: the kernel hands them to the supervisor, which kills them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Begins, or begins anew. They are given up as unkillable after `dirty_ms`. */
void orphans_kill(int64_t now_us, uint32_t dirty_ms);
/* One round, when due. */
void orphans_tick(int64_t now_us);
bool orphans_are_gone(void);
/* Whether the last ones had to be given up. */
bool orphans_are_dirty(void);
/* When the next round is due; INT64_MAX when there is none. */
int64_t orphans_due_us(void);
