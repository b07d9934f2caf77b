/* From a keeper to the running program of its step. */
#pragma once

#include <sys/types.h>

#include "run-request.h"

/* What the supervisor found when it was started, and every step gets. */
struct origin {
  char *const *environment;
  const char *workdir;
  /* The supervisor raises its own limit of descriptors; steps keep the container's. */
  unsigned long descriptors_max;
};

struct launch_failure {
  int stage, error;
};

/* Executes the request with the given stdin, stdout and stderr. Returns its pid, or -1 and the failure. */
pid_t launch(const struct run_request *request, const struct origin *origin, const int streams[3], struct launch_failure *failure);
