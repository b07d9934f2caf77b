#include "list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "folders.h"
#include "mounts.h"

/* `SETTLE_ATTEMPTS` milliseconds are more than one tick of any kernel's clock for files. */
enum { SETTLE_ATTEMPTS = 25, XATTR_NAMES_MAX = 64 << 10, TEMPORARY_FILE_SYSTEM = 0x01021994 };

static struct {
  FILE *out;
  char *text;
  size_t bytes;
  int left;
  /* The latest change of anything that is not a folder. */
  struct timespec newest;
  /* On a file system in memory, writing through a mapping leaves the time as it is. */
  bool in_memory;
  char path[PATH_MAX];
} listing;

static bool fail(const char *why) {
  fprintf(stderr, "%s: %s\n", listing.path, why);
  return false;
}

static char type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return 'f';
    case S_IFDIR:
      return 'd';
    case S_IFLNK:
      return 'l';
    case S_IFIFO:
      return 'p';
    case S_IFSOCK:
      return 's';
    case S_IFCHR:
      return 'c';
    default:
      return 'b';
  }
}

static bool is_before(struct timespec a, struct timespec b) { return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec; }

static bool tell(char type, const struct stat *status, ssize_t xattrs) {
  if (listing.left-- == 0) return fail("more files than can be compared");
  bool is_device = S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode);
  uintmax_t size = is_device ? (uintmax_t)status->st_rdev : (uintmax_t)status->st_size;
  if (!S_ISDIR(status->st_mode) && is_before(listing.newest, status->st_ctim)) listing.newest = status->st_ctim;
  fprintf(listing.out, "%c %o %ju %ju %ju %ju %ju %jd.%09ld %zd %s%c", type, (unsigned)(status->st_mode & 07777), (uintmax_t)status->st_uid,
          (uintmax_t)status->st_gid, size, (uintmax_t)status->st_ino, (uintmax_t)status->st_nlink, (intmax_t)status->st_ctim.tv_sec, status->st_ctim.tv_nsec, xattrs,
          listing.path, '\0');
  return true;
}

static bool tell_entry(int parent, const char *name, size_t length, int depth);

/* Closes it. */
static bool tell_below(int folder, size_t length, int depth) {
  DIR *entries = depth < FOLDER_DEPTH_MAX ? fdopendir(folder) : NULL;
  if (!entries) {
    close(folder);
    return fail(depth < FOLDER_DEPTH_MAX ? strerror(errno) : "folders too deep to be compared");
  }
  bool told = true;
  for (struct dirent *entry; told && (entry = readdir(entries));)
    if (!folder_is_dots(entry->d_name)) told = tell_entry(dirfd(entries), entry->d_name, length, depth + 1);
  closedir(entries);
  listing.path[length] = '\0';
  return told;
}

static bool tell_folder(int folder, size_t length, int depth) {
  struct stat status;
  struct statfs system;
  if (fstat(folder, &status) != 0 || fstatfs(folder, &system) != 0) return fail(strerror(errno));
  if ((long)system.f_type == TEMPORARY_FILE_SYSTEM) listing.in_memory = true;
  /* Asked for the length alone, an overlay counts marks of its own that it does not show. */
  static char names[XATTR_NAMES_MAX];
  ssize_t xattrs = flistxattr(folder, names, sizeof names);
  if (!tell('d', &status, xattrs < 0 ? 0 : xattrs)) {
    close(folder);
    return false;
  }
  return tell_below(folder, length, depth);
}

/* What a process of the container exchanges or removes in this moment is not followed anywhere. */
static bool tell_entry(int parent, const char *name, size_t length, int depth) {
  size_t name_length = strlen(name);
  if (length + name_length + 2 > sizeof listing.path) return fail("paths too long to be compared");
  listing.path[length] = '/';
  memcpy(listing.path + length + 1, name, name_length + 1);
  struct stat status;
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT || fail(strerror(errno));
  if (mounts_has(listing.path)) return tell('m', &status, 0);
  if (!S_ISDIR(status.st_mode)) return tell(type_of(status.st_mode), &status, 0);
  int folder = folder_open(parent, name);
  if (folder < 0) return errno == ENOENT || errno == ENOTDIR || fail(strerror(errno));
  return tell_folder(folder, length + 1 + name_length, depth);
}

static bool tell_root(const char *root) {
  bool alone = *root == '=';
  if (alone) root++;
  size_t length = strlen(root);
  if (*root != '/' || length >= sizeof listing.path) return fail("not an absolute path");
  memcpy(listing.path, root, length + 1);
  struct stat status;
  if (lstat(root, &status) != 0) return errno == ENOENT || errno == ENOTDIR || fail(strerror(errno));
  if (alone || !S_ISDIR(status.st_mode)) return tell(type_of(status.st_mode), &status, 0);
  int folder = folder_open(AT_FDCWD, root);
  return folder < 0 ? fail(strerror(errno)) : tell_folder(folder, length, 0);
}

/* Times of files advance in ticks: what is changed within the tick of the newest one could not be told from it. */
static bool settle(void) {
  const struct timespec pause = {.tv_nsec = 1000000};
  for (int attempt = 0; attempt < SETTLE_ATTEMPTS; attempt++) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (is_before(listing.newest, now)) return true;
    nanosleep(&pause, NULL);
  }
  return false;
}

int list(int max, char **roots) {
  listing.left = max;
  listing.out = open_memstream(&listing.text, &listing.bytes);
  if (!listing.out || !mounts_read()) {
    perror("list");
    return 1;
  }
  for (; *roots; roots++)
    if (!tell_root(*roots)) return 1;
  if (fclose(listing.out) != 0) return 1;
  bool settled = settle() && !listing.in_memory;
  const char *first = settled ? "settled" : "unsettled";
  bool written = fwrite(first, strlen(first) + 1, 1, stdout) == 1 && (listing.bytes == 0 || fwrite(listing.text, listing.bytes, 1, stdout) == 1);
  return written && fflush(stdout) == 0 ? 0 : 1;
}
