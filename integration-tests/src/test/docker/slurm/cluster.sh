#!/bin/bash
# Runs a SLURM cluster in this container, and breaks it.
#
#   cluster.sh up                     everything, until the container is stopped
#   cluster.sh start DAEMON [NODE]    DAEMON: mariadbd, slurmdbd, slurmctld, or slurmd of a node
#   cluster.sh stop DAEMON [NODE]     as an administrator would: SIGTERM
#   cluster.sh kill DAEMON [NODE]     as a fault would: SIGKILL
#   cluster.sh freeze DAEMON [NODE]   it takes connections and answers none, until it is thawed
#   cluster.sh thaw DAEMON [NODE]
#   cluster.sh save JOB               waits until slurmctld has saved what it knows of the job
#   cluster.sh crash NODE             the node loses its power: its slurmd, steps and tasks are gone
#   cluster.sh heal                   ends every job and repairs everything
set -euo pipefail

# shellcheck source=integration-tests/src/test/docker/slurm/configure.sh
source "${BASH_SOURCE[0]%/*}/configure.sh"

# Tenths of a second. After the loss of a node that was not a job's first, the others need a minute
# and a half to end it.
WAIT_MAX=1800

say() { printf 'cluster: %s\n' "$*"; }

die() {
  say "$@" >&2
  exit 1
}

# Tries a command until it succeeds.
await() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < WAIT_MAX; tries++)); do
    if "$@" > /dev/null 2>&1; then
      return
    fi
    sleep 0.1
  done
  die "$what: not there after $((WAIT_MAX / 10)) s"
}

start_munged() {
  dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 status=none
  chown munge:munge /etc/munge/munge.key
  chmod 400 /etc/munge/munge.key
  setpriv --reuid munge --regid munge --clear-groups munged
}

make_database() {
  mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db > /var/log/mariadb.log
  start_mariadbd
  mariadb -e "create database slurm_acct_db; create user slurm@localhost identified by 'slurm';
    grant all on slurm_acct_db.* to slurm@localhost"
}

start_mariadbd() {
  # Nothing here outlives the container, so nothing has to be on the disk; but it has to survive the
  # death of the process alone.
  setsid mariadbd --user=mysql --skip-networking --pid-file=/run/mysqld/mysqld.pid \
    --datadir=/var/lib/mysql --innodb-buffer-pool-size=64M --innodb-log-file-size=16M \
    --innodb-flush-log-at-trx-commit=2 --innodb-doublewrite=0 \
    --innodb-lock-wait-timeout=900 --performance-schema=OFF \
    < /dev/null >> /var/log/mariadb.log 2>&1 &
  await mariadbd mariadb -e 'select 1'
}

start_slurmdbd() {
  slurmdbd
  await slurmdbd sacctmgr -n list cluster
}

start_slurmctld() {
  slurmctld
  await slurmctld scontrol ping
}

start_daemon() {
  case $1 in
    mariadbd | slurmdbd | slurmctld) "start_$1" ;;
    slurmd) slurmd -N "$2" ;;
    *) die "no daemon '$1'" ;;
  esac
}

pid_file() {
  case $1 in
    mariadbd) echo /run/mysqld/mysqld.pid ;;
    slurmdbd | slurmctld) echo "/run/slurm/$1.pid" ;;
    slurmd) echo "/run/slurm/slurmd-$2.pid" ;;
    *) die "no daemon '$1'" ;;
  esac
}

is_gone() {
  ! kill -0 "$1" 2> /dev/null
}

is_running() {
  local file
  file=$(pid_file "$@")
  [[ -s $file ]] && ! is_gone "$(< "$file")"
}

# Ends a daemon and waits until it is gone.
end_daemon() {
  local file pid
  file=$(pid_file "${@:2}")
  pid=$(< "$file")
  kill -s "$1" "$pid"
  await "the end of ${*:2}" is_gone "$pid"
  rm -f "$file"
}

signal_daemon() {
  kill -s "$1" "$(< "$(pid_file "${@:2}")")"
}

# slurmctld writes jobs down some seconds after a change, and one that is killed before forgets it.
await_save() {
  local marker
  marker=$(mktemp)
  scontrol update "jobid=$1" "comment=saved after $(date)"
  await "the saved state of job $1" is_newer /var/lib/slurm/slurmctld/job_state "$marker"
  rm -f "$marker"
}

is_newer() {
  [[ $1 -nt $2 ]]
}

# slurmd first, so that nothing is reported. The daemons of its steps are known by their sockets:
# they rewrite their command lines and empty their environments.
crash_node() {
  local node=$1 pids
  kill -s KILL "$(< "$(pid_file slurmd "$node")")" || true
  mapfile -t pids < <(
    ss -xlpH | grep -F "/var/spool/slurmd/$node/" | grep -oP 'pid=\K[0-9]+'
    grep -lzxF "SLURMD_NODENAME=$node" /proc/[0-9]*/environ 2> /dev/null | cut -d/ -f3
  )
  if ((${#pids[@]} > 0)); then
    kill -s KILL "${pids[@]}" 2> /dev/null || true
  fi
  say "$node crashed, and with it ${#pids[@]} processes"
}

# BLOOM's reservation. It holds watts, of which nobody here knows, instead of nodes: so it refuses
# whom it is not for, and takes nothing from anybody.
make_reservation() {
  scontrol create reservation=hug accounts=six@a100 starttime=now duration=infinite \
    flags=FLEX,IGNORE_JOBS,ANY_NODES watts=1
}

all_idle() {
  [[ $(sinfo -h -N -o '%t' | sort | uniq -c) =~ ^\ *$NODES\ idle$ ]]
}

no_jobs() {
  [[ -z $(squeue -h) ]]
}

heal_daemon() {
  if is_running "$@"; then
    signal_daemon CONT "$@"
  else
    start_daemon "$@"
  fi
}

heal() {
  local number unfit
  rm -f "$TROUBLES"/*
  heal_daemon mariadbd
  heal_daemon slurmdbd
  heal_daemon slurmctld
  for ((number = 1; number <= NODES; number++)); do
    heal_daemon slurmd "$(node_name "$number")"
  done
  squeue -h -o %A | sort -u | xargs -r scancel
  await "the end of all jobs" no_jobs
  unfit=$(sinfo -h -N -t down,drain -o %N | sort -u | paste -s -d ,)
  if [[ -n $unfit ]]; then
    scontrol update "nodename=$unfit" state=resume
  fi
  await "all nodes idle" all_idle
}

up() {
  local number
  configure
  start_munged
  make_database
  start_slurmdbd
  accounting_commands | sacctmgr -i > /var/log/sacctmgr.log
  start_slurmctld
  make_reservation
  for ((number = 1; number <= NODES; number++)); do
    start_daemon slurmd "$(node_name "$number")"
  done
  await "all nodes idle" all_idle
  say "ready after $SECONDS s"
  # This is the container's first process: it collects the daemons' children, too.
  trap 'exit 0' TERM
  sleep infinity &
  wait
}

case ${1:-} in
  up) up ;;
  start) start_daemon "${@:2}" ;;
  stop) end_daemon TERM "${@:2}" ;;
  kill) end_daemon KILL "${@:2}" ;;
  freeze) signal_daemon STOP "${@:2}" ;;
  thaw) signal_daemon CONT "${@:2}" ;;
  save) await_save "$2" ;;
  crash) crash_node "$2" ;;
  heal) heal ;;
  *) die "no such command: $*" ;;
esac
