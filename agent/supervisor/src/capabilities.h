/* What the supervisor was left with by the container's security settings. */
#pragma once

#include <stdbool.h>

/* Whether steps can be run as any user, and ended afterwards. */
bool can_run_as_any_user(void);
