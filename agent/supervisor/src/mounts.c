#include "mounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
  char **paths;
  size_t count, capacity;
} mounts;

static bool is_octal(const char *digits) {
  for (int i = 0; i < 3; i++)
    if (digits[i] < '0' || digits[i] > '7') return false;
  return true;
}

/* The kernel writes blanks, line ends and backslashes as `\040`. In place: the result is never longer. */
static void unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from; to++) {
    if (*from == '\\' && is_octal(from + 1)) {
      *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
      from += 4;
    } else {
      *to = *from++;
    }
  }
  *to = '\0';
}

static bool add(const char *path) {
  if (mounts.count == mounts.capacity) {
    size_t capacity = mounts.capacity ? 2 * mounts.capacity : 64;
    char **paths = realloc(mounts.paths, capacity * sizeof *paths);
    if (!paths) return false;
    mounts.paths = paths;
    mounts.capacity = capacity;
  }
  char *copy = strdup(path);
  if (!copy) return false;
  unescape(copy);
  mounts.paths[mounts.count++] = copy;
  return true;
}

bool mounts_read(void) {
  while (mounts.count > 0) free(mounts.paths[--mounts.count]);
  FILE *file = fopen("/proc/self/mountinfo", "re");
  if (!file) return false;
  char *line = NULL;
  size_t capacity = 0;
  bool complete = true;
  while (complete && getline(&line, &capacity, file) > 0) {
    /* ID PARENT DEVICE ROOT PATH … */
    char *rest = line, *path = NULL;
    for (int field = 0; field < 5 && rest; field++) path = strsep(&rest, " ");
    complete = path && add(path);
  }
  free(line);
  fclose(file);
  return complete;
}

bool mounts_has(const char *path) {
  for (size_t i = 0; i < mounts.count; i++)
    if (strcmp(mounts.paths[i], path) == 0) return true;
  return false;
}
