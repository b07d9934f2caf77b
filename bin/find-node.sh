# Sourced by bin/cleangrid and scripts/bootstrap.sh. `find_node ROOT` sets `node` to a Node.js that can run us, or to nothing.
# The pinned one that is installed with us (an optional dependency) wins over whatever is on the PATH: everyone runs the same.

find_node() {
  node=
  directory=$1
  while [ -n "$directory" ]; do
    for architecture in x64 arm64; do
      if runs_us "$directory/node_modules/node-linux-$architecture/bin/node"; then return; fi
    done
    directory=${directory%/*}
  done
  remaining=$PATH:
  while [ -n "$remaining" ]; do
    if runs_us "${remaining%%:*}/node"; then return; fi
    remaining=${remaining#*:}
  done
}

# Asked, not assumed: a binary for another architecture or C library is there and does not run.
runs_us() {
  [ -x "$1" ] || return 1
  version=$("$1" --version 2>/dev/null) || return 1
  major=${version#v}
  [ "${major%%.*}" -ge 24 ] || return 1
  node=$1
}
