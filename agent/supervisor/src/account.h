/* Who a step runs as: `docker exec --user` resolved by the container's own /etc/passwd and /etc/group. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { GROUPS_MAX = 256 };

struct account {
  uid_t uid;
  gid_t gid;
  gid_t groups[GROUPS_MAX];
  size_t group_count;
  char home[PATH_MAX];
};

/* `user` is `name`, `uid`, `name:group` or `uid:gid`. 0 or an errno: ENOENT when there is no such user or group. */
int account_resolve(const char *user, struct account *account);
/* Makes the calling process this account's; does nothing where it already is, which needs no capability. 0 or an errno. */
int account_assume(const struct account *account);
