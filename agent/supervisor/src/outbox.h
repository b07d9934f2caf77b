/* Frames to the agent, in one bounded buffer that is written whenever the pipe takes bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for one more data frame. Data stops well before the buffer is full, so that control frames never wait behind much of it. */
bool outbox_takes_data(void);
/* Room for several control frames; the caller waits for it before it does what must be answered. */
bool outbox_takes_control(void);
/* Appends a control frame. The caller has asked `outbox_takes_control`. */
void outbox_control(uint8_t type, uint32_t stream, const void *payload, size_t length);
/* Where the payload of a data frame of at most DATA_BYTES_MAX may be read into; `outbox_data` makes it a frame. */
uint8_t *outbox_data_space(void);
void outbox_data(uint8_t type, uint32_t stream, size_t length);
/* When `outbox_flush` wants to be called: INT64_MIN: now; INT64_MAX: not before there is something to write, or room in the pipe. */
int64_t outbox_due_us(void);
/* The pipe is full, and nobody has read from it for a moment. */
bool outbox_needs_room(void);
/* Writes what the pipe takes. False when nobody reads any more. */
bool outbox_flush(int fd);
/* From now on everything is thrown away: the agent is gone. */
void outbox_discard(void);
