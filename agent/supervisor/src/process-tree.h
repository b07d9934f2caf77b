/* Signals to every descendant of the calling process. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/*
 * Sends `signal` to every process below the caller, except those in `spare` and whatever is below them. Returns how many were
 * there. One pass can miss a process that is being forked: repeat until `wait` says ECHILD.
 */
size_t signal_descendants(int signal, const pid_t *spare, size_t spare_count);
