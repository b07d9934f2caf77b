/* `print FILE…`: each file's content, ended by NUL; of one that cannot be read, nothing. For what the kernel tells in /proc, in images without a program for it. */
#pragma once

/* An exit code: 0, or 1 where stdout is closed. */
int print(char **files);
