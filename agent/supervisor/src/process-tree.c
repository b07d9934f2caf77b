#include "process-tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
  pid_t pid, parent;
  bool zombie, reached;
};

struct processes {
  struct process *list;
  size_t count, capacity;
};

/* The name in /proc/PID/stat may hold anything, also spaces and brackets: what follows the last bracket can be trusted. */
static bool read_process(const char *pid, struct process *process) {
  char path[32], text[512];
  snprintf(path, sizeof path, "/proc/%.10s/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return false;
  text[length] = '\0';
  const char *name_end = strrchr(text, ')');
  char state;
  int parent;
  if (!name_end || sscanf(name_end + 1, " %c %d", &state, &parent) != 2) return false;
  *process = (struct process){.pid = (pid_t)atoi(pid), .parent = parent, .zombie = state == 'Z'};
  return true;
}

static struct processes list_processes(void) {
  struct processes all = {0};
  DIR *directory = opendir("/proc");
  if (!directory) return all;
  for (struct dirent *entry; (entry = readdir(directory));) {
    struct process process;
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !read_process(entry->d_name, &process)) continue;
    if (all.count == all.capacity) {
      size_t capacity = all.capacity ? 2 * all.capacity : 256;
      struct process *list = realloc(all.list, capacity * sizeof *list);
      if (!list) break;
      all.list = list;
      all.capacity = capacity;
    }
    all.list[all.count++] = process;
  }
  closedir(directory);
  return all;
}

static bool contains(const pid_t *list, size_t count, pid_t pid) {
  for (size_t i = 0; i < count; i++)
    if (list[i] == pid) return true;
  return false;
}

static int by_pid(const void *a, const void *b) {
  pid_t left = ((const struct process *)a)->pid, right = ((const struct process *)b)->pid;
  return (left > right) - (left < right);
}

static bool reached(const struct processes *all, pid_t pid) {
  const struct process key = {.pid = pid};
  const struct process *found = bsearch(&key, all->list, all->count, sizeof key, by_pid);
  return found && found->reached;
}

static bool send(const struct process *process, int signal) {
  bool sent = kill(process->pid, signal) == 0;
  /* A stopped process reads its SIGTERM only when it goes on. */
  if (sent && signal == SIGTERM) kill(process->pid, SIGCONT);
  return sent;
}

size_t signal_descendants(int signal, const pid_t *spare, size_t spare_count) {
  struct processes all = list_processes();
  if (all.count == 0) return 0;
  qsort(all.list, all.count, sizeof *all.list, by_pid);
  pid_t self = getpid();
  size_t signalled = 0;
  /* Parents mostly have lower numbers than their children, so that one or two rounds reach everyone. */
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < all.count; i++) {
      struct process *process = &all.list[i];
      if (process->reached || contains(spare, spare_count, process->pid)) continue;
      if (process->parent != self && !reached(&all, process->parent)) continue;
      process->reached = more = true;
      /* Zombies are signalled too: a process whose main thread has ended shows as one while its other threads still run. */
      if (send(process, signal) && !process->zombie) signalled++;
    }
  }
  free(all.list);
  return signalled;
}
