#include "environment.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t length_of(char *const *list) {
  size_t count = 0;
  while (list[count]) count++;
  return count;
}

static bool same_name(const char *a, const char *b) {
  size_t length = strcspn(a, "=");
  return strcspn(b, "=") == length && strncmp(a, b, length) == 0;
}

static void put(char **list, size_t *count, char *entry) {
  for (size_t i = 0; i < *count; i++) {
    if (!same_name(list[i], entry)) continue;
    list[i] = entry;
    return;
  }
  list[(*count)++] = entry;
}

char **environment_merge(char *const *base, const char *home, char *const *additions) {
  size_t size = sizeof "HOME=" + strlen(home), count = 0;
  char *home_entry = malloc(size);
  char **merged = malloc((length_of(base) + length_of(additions) + 2) * sizeof *merged);
  if (!home_entry || !merged) return NULL;
  snprintf(home_entry, size, "HOME=%s", home);
  for (size_t i = 0; base[i]; i++) merged[count++] = base[i];
  put(merged, &count, home_entry);
  for (size_t i = 0; additions[i]; i++) put(merged, &count, additions[i]);
  merged[count] = NULL;
  return merged;
}

const char *environment_get(char *const *environment, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; environment[i]; i++)
    if (strncmp(environment[i], name, length) == 0 && environment[i][length] == '=') return environment[i] + length + 1;
  return NULL;
}
