#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Not getpwnam: runc's rules (a number need not exist, a group written out drops the supplementary ones) differ from libc's,
 * and a static libc may not load the name services that the container names.
 */

static FILE *open_database(const char *path) {
  /* A step may have put a pipe there: opening it must not block. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0) return NULL;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    return NULL;
  }
  FILE *file = fdopen(fd, "r");
  if (!file) close(fd);
  return file;
}

/* Splits a line at its colons, in place; missing fields are empty. */
static void split(char *line, char **fields, size_t count) {
  static char empty[] = "";
  line[strcspn(line, "\n")] = '\0';
  for (size_t i = 0; i < count; i++) fields[i] = line ? strsep(&line, ":") : empty;
}

static bool number(const char *text, uint32_t *value) {
  char *end;
  if (*text < '0' || *text > '9') return false;
  errno = 0;
  unsigned long long parsed = strtoull(text, &end, 10);
  /* The highest number means "no change" to the kernel. */
  if (*end != '\0' || errno != 0 || parsed >= UINT32_MAX) return false;
  *value = (uint32_t)parsed;
  return true;
}

/* Fills in what /etc/passwd knows of the user. An entry is found by its name before it is found by its number. */
static bool find_user(const char *user, struct account *account, char *name, size_t name_bytes) {
  uint32_t wanted = 0, uid, gid;
  bool numeric = number(user, &wanted), found = false;
  FILE *file = open_database("/etc/passwd");
  if (!file) return false;
  char *line = NULL, *fields[7];
  size_t capacity = 0;
  while (!found && getline(&line, &capacity, file) > 0) {
    split(line, fields, 7);
    if (!number(fields[2], &uid) || !number(fields[3], &gid)) continue;
    if (strcmp(fields[0], user) != 0 && !(numeric && uid == wanted)) continue;
    found = true;
    account->uid = uid;
    account->gid = gid;
    snprintf(name, name_bytes, "%s", fields[0]);
    if (*fields[5]) snprintf(account->home, sizeof account->home, "%s", fields[5]);
  }
  free(line);
  fclose(file);
  return found;
}

static bool lists_member(char *members, const char *name) {
  for (char *member; (member = strsep(&members, ","));)
    if (strcmp(member, name) == 0) return true;
  return false;
}

/* Every group that lists the user. */
static void find_groups(const char *name, struct account *account) {
  FILE *file = open_database("/etc/group");
  if (!file) return;
  char *line = NULL, *fields[4];
  size_t capacity = 0;
  uint32_t gid;
  while (account->group_count < GROUPS_MAX && getline(&line, &capacity, file) > 0) {
    split(line, fields, 4);
    if (number(fields[2], &gid) && lists_member(fields[3], name)) account->groups[account->group_count++] = gid;
  }
  free(line);
  fclose(file);
}

static bool find_group(const char *group, gid_t *found) {
  uint32_t gid, wanted;
  if (number(group, &wanted)) {
    *found = wanted;
    return true;
  }
  FILE *file = open_database("/etc/group");
  if (!file) return false;
  char *line = NULL, *fields[4];
  size_t capacity = 0;
  bool matches = false;
  while (!matches && getline(&line, &capacity, file) > 0) {
    split(line, fields, 4);
    matches = strcmp(fields[0], group) == 0 && number(fields[2], &gid);
    if (matches) *found = gid;
  }
  free(line);
  fclose(file);
  return matches;
}

/* Docker has set HOME for the user that the supervisor was started as. */
static int own_account(struct account *account) {
  const char *home = getenv("HOME");
  if (home) snprintf(account->home, sizeof account->home, "%s", home);
  account->uid = getuid();
  account->gid = getgid();
  int count = getgroups(GROUPS_MAX, account->groups);
  if (count < 0) return errno;
  account->group_count = (size_t)count;
  return 0;
}

int account_resolve(const char *user, struct account *account) {
  char text[256], name[256] = "", *group = text;
  uint32_t uid;
  *account = (struct account){.home = "/"};
  if (*user == '\0') return own_account(account);
  if (strlen(user) >= sizeof text) return EINVAL;
  strcpy(text, user);
  const char *who = strsep(&group, ":");
  /* ":group" is root in that group, as in Docker. */
  if (*who == '\0') who = "0";
  if (!find_user(who, account, name, sizeof name)) {
    if (!number(who, &uid)) return ENOENT;
    account->uid = uid;
  }
  if (group && *group) {
    if (!find_group(group, &account->gid)) return ENOENT;
  } else if (*name) {
    find_groups(name, account);
  }
  /* Docker puts the primary group among the supplementary ones as well (CVE-2022-36109). */
  if (account->group_count < GROUPS_MAX) {
    memmove(account->groups + 1, account->groups, account->group_count * sizeof *account->groups);
    account->groups[0] = account->gid;
    account->group_count++;
  }
  return 0;
}

static bool has_groups(const struct account *account) {
  gid_t own[GROUPS_MAX];
  int count = getgroups(GROUPS_MAX, own);
  if (count < 0) return false;
  /* The kernel sorts the list, and drops nothing. */
  for (int i = 0; i < count; i++) {
    bool listed = false;
    for (size_t j = 0; j < account->group_count; j++) listed = listed || account->groups[j] == own[i];
    if (!listed) return false;
  }
  return (size_t)count == account->group_count;
}

int account_assume(const struct account *account) {
  if (!has_groups(account) && setgroups(account->group_count, account->groups) != 0) return errno;
  if (getgid() != account->gid && setresgid(account->gid, account->gid, account->gid) != 0) return errno;
  if (getuid() != account->uid && setresuid(account->uid, account->uid, account->uid) != 0) return errno;
  return 0;
}
