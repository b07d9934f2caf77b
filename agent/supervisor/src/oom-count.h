/* How many processes of this container the kernel has killed for memory. */
#pragma once

#include <stdint.h>

/* 0 for ever where the container's memory controller cannot be read. */
uint64_t oom_count(void);
