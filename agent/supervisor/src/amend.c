#include "amend.h"

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
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "folders.h"
#include "mounts.h"

enum { XATTR_NAMES_MAX = 64 << 10, COPY_BYTES = 64 << 10 };

/* The folder that `path` is in, and its last name. -1 with errno. */
static int open_parent(char *path, char **name) {
  if (*path != '/') {
    errno = EINVAL;
    return -1;
  }
  int folder = folder_open(AT_FDCWD, "/");
  for (char *next = path + 1; folder >= 0; next = *name + strlen(*name) + 1) {
    *name = next;
    char *slash = strchr(next, '/');
    if (slash) *slash = '\0';
    if (*next == '\0' || folder_is_dots(next)) {
      close(folder);
      errno = EINVAL;
      return -1;
    }
    if (!slash) return folder;
    int below = folder_open(folder, next);
    int error = errno;
    close(folder);
    errno = error;
    folder = below;
  }
  return -1;
}

static bool remove_entry(int parent, const char *name, int depth);

static bool remove_below(int folder, int depth) {
  DIR *entries = fdopendir(folder);
  if (!entries) {
    close(folder);
    return false;
  }
  bool removed = true;
  for (struct dirent *entry; removed && (entry = readdir(entries));)
    removed = folder_is_dots(entry->d_name) || remove_entry(dirfd(entries), entry->d_name, depth + 1);
  int error = errno;
  closedir(entries);
  errno = error;
  return removed;
}

static bool remove_entry(int parent, const char *name, int depth) {
  struct stat status;
  if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
  if (!S_ISDIR(status.st_mode)) return unlinkat(parent, name, 0) == 0 || errno == ENOENT;
  if (depth > FOLDER_DEPTH_MAX) {
    errno = ELOOP;
    return false;
  }
  int folder = folder_open(parent, name);
  if (folder < 0 || !remove_below(folder, depth)) return false;
  return unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

static bool remove_path(char *path) {
  /* What is mounted below it is the agent's to keep; the kernel keeps the mount itself. */
  if (mounts_has(path)) {
    errno = EBUSY;
    return false;
  }
  char *name;
  int parent = open_parent(path, &name);
  if (parent < 0) return errno == ENOENT || errno == ENOTDIR;
  bool removed = remove_entry(parent, name, 0);
  int error = errno;
  close(parent);
  errno = error;
  return removed;
}

/* Access lists and marks of users; those of the system stay. */
static bool drop_xattrs(int folder) {
  static char names[XATTR_NAMES_MAX];
  ssize_t bytes = flistxattr(folder, names, sizeof names);
  if (bytes < 0) return errno == ENOTSUP;
  for (char *name = names; name < names + bytes; name += strlen(name) + 1) {
    bool of_users = strncmp(name, "user.", 5) == 0 || strncmp(name, "system.posix_acl_", 17) == 0;
    if (of_users && fremovexattr(folder, name) != 0 && errno != ENODATA) return false;
  }
  return true;
}

static bool make_folder(int parent, const char *name, mode_t mode) {
  if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST) return false;
  int folder = folder_open(parent, name);
  if (folder < 0) return false;
  bool made = drop_xattrs(folder) && fchown(folder, 0, 0) == 0 && fchmod(folder, mode) == 0;
  int error = errno;
  close(folder);
  errno = error;
  return made;
}

static bool copy(int file, uint64_t size) {
  static char bytes[COPY_BYTES];
  while (size > 0) {
    size_t length = fread(bytes, 1, size < sizeof bytes ? (size_t)size : sizeof bytes, stdin);
    if (length == 0) {
      errno = ENODATA;
      return false;
    }
    size -= length;
    for (size_t done = 0; done < length;) {
      ssize_t written = write(file, bytes + done, length - done);
      if (written < 0) return false;
      done += (size_t)written;
    }
  }
  return true;
}

/* Never through the name that is there: it may be a link to a file elsewhere. */
static bool write_file(int parent, const char *name, mode_t mode, uint64_t size) {
  static const struct timespec epoch[2];
  if (unlinkat(parent, name, 0) != 0 && errno != ENOENT) return false;
  int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool written = copy(file, size) && fchown(file, 0, 0) == 0 && fchmod(file, mode) == 0 && futimens(file, epoch) == 0;
  int error = errno;
  close(file);
  errno = error;
  return written;
}

static bool put(char type, mode_t mode, uint64_t size, char *path) {
  char *name;
  int parent = open_parent(path, &name);
  if (parent < 0) return false;
  bool done = type == 'd' ? make_folder(parent, name, mode) : write_file(parent, name, mode, size);
  int error = errno;
  close(parent);
  errno = error;
  return done;
}

static bool do_one(char *text) {
  unsigned mode = 0;
  uintmax_t size = 0;
  int at = 0;
  if (strncmp(text, "- ", 2) == 0) return remove_path(text + 2);
  if (sscanf(text, "d %o %n", &mode, &at) == 1 && at > 0) return put('d', mode & 07777, 0, text + at);
  if (sscanf(text, "f %o %ju %n", &mode, &size, &at) == 2 && at > 0) return put('f', mode & 07777, size, text + at);
  errno = EINVAL;
  return false;
}

int amend(void) {
  static char text[PATH_MAX], told[PATH_MAX];
  if (!mounts_read()) {
    perror("amend");
    return 1;
  }
  for (;;) {
    size_t length = 0;
    int byte;
    while ((byte = getchar()) > 0 && length + 1 < sizeof text) text[length++] = (char)byte;
    if (byte == EOF && length == 0) return 0;
    text[length] = '\0';
    strcpy(told, text);
    errno = EINVAL;
    if (byte == 0 && do_one(text)) continue;
    fprintf(stderr, "%s: %s\n", told, strerror(errno));
    return 1;
  }
}
