/* Descriptors of this process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Above anything the supervisor can hold: four for each step, two for each connection, a handful of its own. */
enum { DESCRIPTORS_MAX = 4096 };

void close_all_but(const int *kept, size_t count);
/* Closes it unless it is -1, and makes it -1. */
void close_descriptor(int *fd);
bool set_nonblocking(int fd);
