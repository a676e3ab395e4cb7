#!/usr/bin/env bash
# Runs a Docker engine in a directory until standard input ends.
#
#   unshare --mount --propagation slave --pid --fork --kill-child --mount-proc engine.sh DIRECTORY
#
# Started like this, all its processes and mounts are in namespaces of their own, which the kernel
# takes away whatever becomes of this script. A bridge, network rules and forwarding are what an
# engine leaves behind on a machine, so this one has none of them: its containers have no network,
# or the machine's (`--network host`).
set -euo pipefail

DIRECTORY=$1
NEEDED_KIB=$((3 * 1024 * 1024))

available_kib() {
  sed -nE 's/^MemAvailable: +([0-9]+) kB/\1/p' /proc/meminfo
}

mkdir -p "$DIRECTORY/data"
# Images and containers last as long as this engine: in memory they cost no disk writes, and no time
# to remove.
if (($(available_kib) > 2 * NEEDED_KIB)); then
  mount -t tmpfs -o "size=${NEEDED_KIB}k,mode=0711" bloomery "$DIRECTORY/data"
fi
cat >"$DIRECTORY/daemon.json" <<JSON
{
  "hosts": ["unix://$DIRECTORY/docker.sock"],
  "data-root": "$DIRECTORY/data",
  "exec-root": "$DIRECTORY/run",
  "pidfile": "$DIRECTORY/dockerd.pid",
  "cgroup-parent": "/${DIRECTORY//\//-}",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "bridge": "none",
  "iptables": false,
  "ip6tables": false,
  "ip-forward": false,
  "ip-masq": false
}
JSON
# The machine's own settings of an engine are none of ours, so ours come from this file alone.
dockerd --config-file "$DIRECTORY/daemon.json" </dev/null &
engine=$!
while read -r _; do :; done
# Nobody needs them any more, and an engine would give them ten seconds to end.
docker --host "unix://$DIRECTORY/docker.sock" ps --quiet |
  xargs -r docker --host "unix://$DIRECTORY/docker.sock" kill >/dev/null || true
kill -s TERM "$engine" 2>/dev/null || true
wait "$engine" || true
# Runtimes make these directories, and take only their own parts of them away.
find /sys/fs/cgroup -depth -type d -path "*/${DIRECTORY//\//-}*" -exec rmdir {} + 2>/dev/null ||
  true
