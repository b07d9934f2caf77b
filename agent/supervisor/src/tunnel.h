/* TCP between the agent and the inside of the container: probes connect to its ports, its programs connect to the agent. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "inbox.h"

/* Answered by FRAME_LISTENING or FRAME_CONNECTED, or by FRAME_FAIL. False: the agent broke the protocol. */
bool tunnel_listen(const struct frame *frame);
bool tunnel_connect(const struct frame *frame);
bool tunnel_exists(uint32_t stream);

/* Frames for a tunnel that is gone are late, not wrong. False: the agent broke the protocol. */
bool tunnel_send(const struct frame *frame);
void tunnel_send_end(uint32_t stream);
bool tunnel_grant(uint32_t stream, uint32_t bytes);
void tunnel_close(uint32_t stream);

void tunnels_watch(void);
/* After the handlers: reports and frees what is over. */
void tunnels_settle(void);
