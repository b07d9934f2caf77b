/* Folders by their descriptors: a name that a process exchanges meanwhile leads nowhere else. */
#pragma once

#include <stdbool.h>

enum { FOLDER_DEPTH_MAX = 64 };

/* Without following a symbolic link at its end. -1 with errno. */
int folder_open(int parent, const char *name);
bool folder_is_dots(const char *name);
