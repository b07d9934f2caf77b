#include "step-frames.h"

#include <sys/wait.h>

#include "outbox.h"
#include "protocol.h"
#include "wire.h"

void append_fail(uint32_t stream, int stage, int error) {
  uint8_t payload[8];
  put_u32(put_u32(payload, (uint32_t)stage), (uint32_t)error);
  outbox_control(FRAME_FAIL, stream, payload, sizeof payload);
}

void append_start(uint32_t stream, pid_t pid) {
  uint8_t payload[4];
  put_u32(payload, (uint32_t)pid);
  outbox_control(FRAME_START, stream, payload, sizeof payload);
}

void append_exit(uint32_t stream, const struct keeper_report *report, bool died_of_memory) {
  int signal = WIFSIGNALED(report->status) ? WTERMSIG(report->status) : 0;
  uint8_t payload[48], *p = payload;
  p = put_u32(p, report->flags | (died_of_memory ? EXIT_OOM : 0u));
  p = put_u32(p, signal ? 0 : (uint32_t)WEXITSTATUS(report->status));
  p = put_u32(p, (uint32_t)signal);
  p = put_u32(p, report->killed);
  p = put_u64(p, (uint64_t)report->user_us);
  p = put_u64(p, (uint64_t)report->system_us);
  p = put_u64(p, (uint64_t)report->wall_us);
  put_u64(p, (uint64_t)report->peak_kib);
  outbox_control(FRAME_EXIT, stream, payload, sizeof payload);
}

void append_kept_gone(uint32_t stream, const struct keeper_report *report) {
  uint8_t payload[8];
  put_u32(put_u32(payload, report->killed), report->flags & (EXIT_DIRTY | EXIT_KEEPER_LOST));
  outbox_control(FRAME_KEPT_GONE, stream, payload, sizeof payload);
}
