/*
 * `amend`: removes and writes what stdin says, as root's. Each is a text ended by NUL, with an absolute path that neither symbolic links nor `..` lead away from:
 *
 *   - PATH            remove it, with what is in it; refused where something is mounted there
 *   d MODE PATH       make the folder, or give it back its owner, mode and plain attributes
 *   f MODE SIZE PATH  write the file anew; its SIZE bytes follow the NUL
 */
#pragma once

/* An exit code: 0, or 1 with the reason on stderr; then what came before has been done. */
int amend(void);
