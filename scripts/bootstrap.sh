#!/bin/sh
# bootstrap.sh [--FLAG-OF-NODE…] SCRIPT.ts ARGUMENT…: runs a script of this checkout on a machine that has npm and nothing else. Dependencies,
# the pinned Node.js among them, are installed when the lockfile has changed since the last time; else this costs a few ms.
set -eu
self=$(readlink -f "$0")
root=${self%/scripts/bootstrap.sh}
flags=
while :; do
  case ${1-} in
    -*) flags="$flags $1" && shift ;;
    *) break ;;
  esac
done
if [ $# = 0 ]; then
  echo 'usage: bootstrap.sh [--FLAG-OF-NODE…] SCRIPT.ts ARGUMENT…' >&2
  exit 2
fi
script=$1
shift
pnpm=12.21.0

# On stderr: stdout belongs to the script.
say() { printf '%s\n' "$*" >&2; }

install_dependencies() {
  if ! command -v npx >/dev/null; then
    say 'npm is needed to install the dependencies: install Node.js 20 or newer, then run this again.'
    exit 77
  fi
  say "installing dependencies with pnpm $pnpm (a minute the first time)"
  log=$(mktemp)
  if ! (cd "$root" && npx -y "pnpm@$pnpm" install --frozen-lockfile) >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    say "The dependencies could not be installed; the lines above say why (all of them: $log)."
    say 'If the npm registry was not reached: check the network and `npm config get registry`, then run this again.'
    exit 77
  fi
  rm "$log"
}

# pnpm keeps a copy of the lockfile that it installed last.
cmp -s "$root/pnpm-lock.yaml" "$root/node_modules/.pnpm/lock.yaml" || install_dependencies

. "$root/bin/find-node.sh"
find_node "$root"
if [ -z "$node" ]; then
  say 'Node.js 24 or newer is needed, and none is pinned for this kind of machine: install it, then run this again.'
  exit 77
fi
# What Node compiles, types taken off, is kept beside the dependencies: a start costs half the time.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$root/node_modules/.cache/compiled}"
PATH=${node%/*}:$PATH exec "$node" $flags "$root/$script" "$@"
