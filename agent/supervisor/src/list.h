/*
 * `list MAX ROOT…`: what is below folders, so that a later listing tells what was changed in between. Symbolic links and mounts are told and
 * not entered. Root `=PATH` is that entry alone; one that is not there is passed over.
 *
 * On stdout, each ended by NUL: first `settled` or `unsettled`, then of each entry `TYPE MODE UID GID SIZE INODE LINKS SECONDS.NANOSECONDS XATTRS PATH`.
 * TYPE is one of f d l p s c b, or m for a mount below a root; MODE is octal; of a device SIZE is its number; the time is that of the last change of
 * any kind, which no process can set; XATTRS is how long the names of a folder's extended attributes are. `settled`: a file that is changed after this will have another time.
 */
#pragma once

/* An exit code: 0, or 1 with the reason on stderr. */
int list(int max, char **roots);
