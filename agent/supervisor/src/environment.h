/* The environment of a step: the container's own, the account's HOME, and what the step adds. */
#pragma once

/* Later lists win over earlier ones. The result is never freed: the caller is about to execute a program with it. NULL: no memory. */
char **environment_merge(char *const *base, const char *home, char *const *additions);
/* The value of `name`, or NULL. */
const char *environment_get(char *const *environment, const char *name);
