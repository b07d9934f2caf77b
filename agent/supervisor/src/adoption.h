/* Whether this kernel gives orphans to the nearest subreaper, on which everything here rests. */
#pragma once

#include <stdbool.h>

/* Makes the caller a subreaper and tries it with a real orphan. Call it while the process has no other child. */
bool adoption_works(void);
