#!/bin/sh
# power-off.sh NAME DIRECTORY: everything on a host of `docker-host.ts` dies at once, and what it mounted is gone, as after a power cut.
# The namespace and the disk stay.
name=$1
directory=$2

alive() {
  ip netns pids "$name"
  find /sys/fs/cgroup/"$name" /sys/fs/cgroup/*/"$name" -name cgroup.procs -exec cat {} + 2>/dev/null
}

# Until none is left: what dies may just have started something.
while pids=$(alive | sort -u) && [ -n "$pids" ]; do kill -9 $pids 2>/dev/null; done
grep -o " $directory/[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
# /run is empty after a power cut.
rm -rf "$directory/exec" "$directory/dockerd.pid" "$directory/docker.sock"
