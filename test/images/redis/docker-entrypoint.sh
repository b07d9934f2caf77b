#!/bin/bash
# Behaves like the official redis entrypoint: options alone are options of redis-server, root becomes redis.
set -euo pipefail
if [ "${1:0:1}" = - ] || [ "${1%.conf}" != "$1" ]; then set -- redis-server "$@"; fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  chown -R redis:redis .
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi
# The official image is compiled without protected mode; Debian's redis-server has it.
if [ "$1" = redis-server ]; then set -- "$@" --protected-mode no; fi
exec "$@"
