#include "tunnel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "outbox.h"
#include "protocol.h"
#include "sink.h"
#include "source.h"
#include "step-frames.h"
#include "watch.h"
#include "wire.h"

/* Each direction of an open connection ends by itself; the tunnel is over when both have. */
enum tunnel_state { FREE, LISTENING, CONNECTING, OPEN };

struct tunnel {
  enum tunnel_state state;
  uint32_t stream;
  /* Of a listener, and of a connection while it is being made; later the two directions own its descriptors. */
  int fd;
  uint32_t credit;
  struct source from;
  struct sink to;
  bool from_ended;
};

static struct tunnel tunnels[TUNNELS_MAX];
static uint32_t accepted_count;

static struct tunnel *find(uint32_t stream) {
  for (size_t i = 0; i < TUNNELS_MAX; i++)
    if (tunnels[i].state != FREE && tunnels[i].stream == stream) return &tunnels[i];
  return NULL;
}

static struct tunnel *find_free(void) {
  for (size_t i = 0; i < TUNNELS_MAX; i++)
    if (tunnels[i].state == FREE) return &tunnels[i];
  return NULL;
}

bool tunnel_exists(uint32_t stream) { return find(stream) != NULL; }

static void occupy(struct tunnel *tunnel, uint32_t stream, int fd) {
  *tunnel = (struct tunnel){
      .stream = stream,
      .fd = fd,
      .credit = TUNNEL_WINDOW_BYTES,
      .from = {.fd = -1, .type = FRAME_RECEIVED, .stream = stream, .credit = &tunnel->credit, .left = UINT64_MAX},
      .to = {.fd = -1, .stream = stream, .is_socket = true},
  };
}

static void release(struct tunnel *tunnel) {
  close_descriptor(&tunnel->fd);
  close_descriptor(&tunnel->from.fd);
  sink_close(&tunnel->to);
  tunnel->state = FREE;
}

/* False when there are no descriptors left. */
static bool open_directions(struct tunnel *tunnel) {
  tunnel->to.fd = fcntl(tunnel->fd, F_DUPFD_CLOEXEC, 3);
  if (tunnel->to.fd < 0) return false;
  tunnel->from.fd = tunnel->fd;
  tunnel->fd = -1;
  tunnel->state = OPEN;
  return true;
}

static void append_closed(uint32_t stream, int error) {
  uint8_t payload[4];
  put_u32(payload, (uint32_t)error);
  outbox_control(FRAME_CLOSED, stream, payload, sizeof payload);
}

/* Port 0 becomes the one that the kernel chose. */
static int listen_on_loopback(int fd, uint16_t *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, TUNNELS_MAX) != 0) return errno;
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return errno;
  *port = ntohs(address.sin_port);
  return 0;
}

bool tunnel_listen(const struct frame *frame) {
  if (frame->length != 2) return false;
  uint16_t port = get_u16(frame->payload);
  struct tunnel *tunnel = find_free();
  int fd = tunnel ? socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  int error = fd >= 0 ? listen_on_loopback(fd, &port) : tunnel ? errno : EAGAIN;
  if (error) {
    close_descriptor(&fd);
    append_fail(frame->stream, STAGE_LISTEN, error);
    return true;
  }
  occupy(tunnel, frame->stream, fd);
  tunnel->state = LISTENING;
  uint8_t payload[2];
  put_u16(payload, port);
  outbox_control(FRAME_LISTENING, frame->stream, payload, sizeof payload);
  return true;
}

/* False when the frame holds no address. */
static bool read_address(const struct frame *frame, struct sockaddr_storage *address, socklen_t *length) {
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  *address = (struct sockaddr_storage){0};
  if (frame->length == 2 + sizeof four->sin_addr) {
    *length = sizeof *four;
    four->sin_family = AF_INET;
    four->sin_port = htons(get_u16(frame->payload));
    memcpy(&four->sin_addr, frame->payload + 2, sizeof four->sin_addr);
  } else if (frame->length == 2 + sizeof six->sin6_addr) {
    *length = sizeof *six;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(get_u16(frame->payload));
    memcpy(&six->sin6_addr, frame->payload + 2, sizeof six->sin6_addr);
  } else {
    return false;
  }
  return true;
}

bool tunnel_connect(const struct frame *frame) {
  struct sockaddr_storage address;
  socklen_t length;
  if (!read_address(frame, &address, &length)) return false;
  struct tunnel *tunnel = find_free();
  int fd = tunnel ? socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  int error = tunnel ? (fd >= 0 ? 0 : errno) : EAGAIN;
  if (!error && connect(fd, (struct sockaddr *)&address, length) != 0 && errno != EINPROGRESS) error = errno;
  if (error) {
    close_descriptor(&fd);
    append_fail(frame->stream, STAGE_CONNECT, error);
    return true;
  }
  occupy(tunnel, frame->stream, fd);
  tunnel->state = CONNECTING;
  return true;
}

static void on_connected(void *context, short events) {
  struct tunnel *tunnel = context;
  int error = 0;
  socklen_t length = sizeof error;
  (void)events;
  if (!outbox_takes_control()) return;
  if (getsockopt(tunnel->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (!error && !open_directions(tunnel)) error = errno;
  if (error) {
    append_fail(tunnel->stream, STAGE_CONNECT, error);
    release(tunnel);
  } else {
    outbox_control(FRAME_CONNECTED, tunnel->stream, NULL, 0);
  }
}

static void on_accept(void *context, short events) {
  struct tunnel *listener = context;
  struct tunnel *tunnel = find_free();
  (void)events;
  if (!tunnel || !outbox_takes_control()) return;
  int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  uint32_t stream = (uint32_t)ACCEPTED_STREAM_BIT | accepted_count++;
  occupy(tunnel, stream, fd);
  if (!open_directions(tunnel)) {
    release(tunnel);
    return;
  }
  uint8_t payload[4];
  put_u32(payload, listener->stream);
  outbox_control(FRAME_ACCEPTED, stream, payload, sizeof payload);
}

bool tunnel_send(const struct frame *frame) {
  struct tunnel *tunnel = find(frame->stream);
  if (!tunnel) return true;
  return tunnel->state == OPEN && sink_add(&tunnel->to, frame->payload, frame->length);
}

void tunnel_send_end(uint32_t stream) {
  struct tunnel *tunnel = find(stream);
  if (tunnel && tunnel->state == OPEN) sink_end(&tunnel->to);
}

bool tunnel_grant(uint32_t stream, uint32_t bytes) {
  struct tunnel *tunnel = find(stream);
  if (!tunnel) return true;
  if (bytes > UINT32_MAX - tunnel->credit) return false;
  tunnel->credit += bytes;
  return true;
}

void tunnel_close(uint32_t stream) {
  struct tunnel *tunnel = find(stream);
  if (!tunnel) return;
  release(tunnel);
  append_closed(stream, 0);
}

void tunnels_watch(void) {
  bool room = find_free() != NULL && outbox_takes_control();
  for (size_t i = 0; i < TUNNELS_MAX; i++) {
    struct tunnel *tunnel = &tunnels[i];
    /* While the table is full, further connections wait in the kernel's queue. */
    if (tunnel->state == LISTENING && room) watch(tunnel->fd, POLLIN, on_accept, tunnel);
    if (tunnel->state == CONNECTING && outbox_takes_control()) watch(tunnel->fd, POLLOUT, on_connected, tunnel);
    if (tunnel->state != OPEN) continue;
    source_watch(&tunnel->from);
    sink_watch(&tunnel->to);
  }
}

static void settle(struct tunnel *tunnel) {
  if (!outbox_takes_control()) return;
  if (tunnel->from.fd < 0 && !tunnel->from_ended) {
    tunnel->from_ended = true;
    outbox_control(FRAME_RECEIVED_END, tunnel->stream, NULL, 0);
  }
  if (!tunnel->from_ended || tunnel->to.fd >= 0) return;
  append_closed(tunnel->stream, 0);
  release(tunnel);
}

void tunnels_settle(void) {
  for (size_t i = 0; i < TUNNELS_MAX; i++)
    if (tunnels[i].state == OPEN) settle(&tunnels[i]);
}
