/* What the supervisor says of a step. The caller has asked `outbox_takes_control`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "keeper.h"

void append_fail(uint32_t stream, int stage, int error);
void append_start(uint32_t stream, pid_t pid);
void append_exit(uint32_t stream, const struct keeper_report *report, bool died_of_memory);
void append_kept_gone(uint32_t stream, const struct keeper_report *report);
