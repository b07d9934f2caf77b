/* Where something is mounted in this container. */
#pragma once

#include <stdbool.h>

/* Reads them anew. False with errno. */
bool mounts_read(void);
/* Whether something is mounted at this absolute path. */
bool mounts_has(const char *path);
