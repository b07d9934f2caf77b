#include "folders.h"

#include <fcntl.h>
#include <string.h>

int folder_open(int parent, const char *name) { return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK); }

bool folder_is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }
