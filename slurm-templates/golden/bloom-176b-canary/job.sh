#!/bin/bash
#SBATCH --job-name=tr11-176b-ml-canary-c0ffee
#SBATCH --account=six@a100
#SBATCH --partition=gpu_p5
#SBATCH --constraint=a100
#SBATCH --reservation=hug
#SBATCH --qos=qos_gpu-gc
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=64
#SBATCH --hint=nomultithread
#SBATCH --gres=gpu:8
#SBATCH --time=0:30:00
#SBATCH --signal=B:USR1@180
#SBATCH --no-requeue
#SBATCH --kill-on-invalid-dep=yes
#SBATCH --export=NONE
#SBATCH --output=job-%j.out
# One attempt of one run: claims its directory, waits for the word to go, checks the node, trains,
# and writes down how that ended. Generated: change the run's spec or the template instead.
# shellcheck disable=SC2317 # traps call functions, which shellcheck does not see
set -euo pipefail

readonly run=tr11-176b-ml-canary
readonly attempt=1
readonly directory=/gpfswork/rech/six/commun/bloomery/runs/tr11-176b-ml-canary/attempts/0001
readonly save_directory=/gpfsscratch/rech/six/commun/checkpoints-canary/tr11-176b-ml-canary/attempts/0001
readonly free_bytes_needed=325165367296
readonly go_wait_seconds=120
readonly kill_wait_seconds=60
readonly time_limit_seconds=1800
readonly pre_timeout_seconds=180
readonly preflight_seconds_max=300

# The scheduler's clock starts before this script, while it prepares the nodes.
readonly limit_tolerance_seconds=120

readonly exit_fenced=78 exit_not_bound=79 exit_preflight=80 exit_mismatch=81

claimed=no     # whether this job owns the directory; before that it writes nothing there
child=''       # process group of what runs now, if anything does
stage=waiting  # waiting, training, leaving (asked to save), ending (asked to die), killed
ended_by=''    # terminated or time-limit, once this job has ended its training
saving_for=''  # time-limit, once this job has asked its training to save for that
interrupted=no # whether a trap ran since it was last cleared
status=0       # how the last child ended
bad_nodes=()

# Reading from a pipe that nobody writes to is a pause without a process that could be left behind.
exec 9<> <(:)

pause() {
  read -r -t "$1" -u 9 _ || true
}

say() {
  printf 'bloomery: %s\n' "$*" >&2 || true
  if [[ $claimed == yes ]]; then
    printf 'bloomery: %s\n' "$*" >> train.log || true
  fi
}

# Host names and ids as JSON strings: what could need an escape is replaced.
json_string() {
  local LC_ALL=C
  printf '"%s"' "${1//[^A-Za-z0-9._:-]/_}"
}

# A process id is used again, and so is the pair of id and start time after a reboot: an id of a job
# without a scheduler is <first 8 digits of the boot id>-<process id>-<start time>, the start time
# in clock ticks as /proc has it (field 22; the name in field 2 may hold blanks and brackets, so the
# fields are counted from the last bracket, which ends it).
identify() {
  local stat fields
  host=${SLURMD_NODENAME:-$HOSTNAME}
  restart_count=${SLURM_RESTART_COUNT:-0}
  boot_id=$(< /proc/sys/kernel/random/boot_id)
  stat=$(< "/proc/$$/stat")
  read -r -a fields < <(printf '%s\n' "${stat##*) }")
  start_ticks=${fields[19]}
  job_id=${SLURM_JOB_ID:-${boot_id:0:8}-$$-$start_ticks}
  printf -v start_epoch '%(%s)T' -1
}

# Whoever creates the file owns the directory, for ever; a second job of this attempt, also a
# requeued incarnation of the same one, finds it and touches nothing. (Exclusive create is atomic on
# NFS from version 3, Lustre and GPFS.)
claim_attempt() {
  if ! (set -o noclobber && : > claim) 2> /dev/null; then
    if [[ -e claim || -L claim ]]; then
      say "attempt $attempt of $run has been claimed by another job; this one does nothing"
      exit "$exit_fenced"
    fi
    say "cannot create $directory/claim: look at the space and the rights of that directory"
    exit 1
  fi
  claimed=yes
  if ! printf '{"version":1,"jobId":%s,"restartCount":%d,"host":%s,"startEpoch":%d,%s}\n' \
    "$(json_string "$job_id")" "$restart_count" "$(json_string "$host")" "$start_epoch" \
    "\"bootId\":$(json_string "$boot_id"),\"pid\":$$,\"startTicks\":$start_ticks" > claim; then
    say "cannot write $directory/claim: no space left?"
  fi
}

# A later attempt has claimed: the control plane gave this one up long ago.
yield_to_later_attempt() {
  local path number
  for path in ../[0-9][0-9][0-9][0-9]/claim; do
    number=${path#../}
    number=${number%/claim}
    if [[ -e $path ]] && ((10#$number > attempt)); then
      say "attempt $number has claimed already; attempt $attempt does nothing"
      finish "$exit_fenced" fenced
    fi
  done
}

await_go() {
  local deadline=$((SECONDS + go_wait_seconds))
  until [[ -f go ]]; do
    if ((SECONDS >= deadline)); then
      say "not told to go within $go_wait_seconds s"
      finish "$exit_not_bound" not-bound
    fi
    pause 1
    leave_if_ended
    # Listing the directory makes a network file system look for new files.
    : ./*
  done
}

# The go file names what may run: this very body, from this very checkpoint.
check_go() {
  local key value sum latest go_attempt='' go_sum='' go_iteration=''
  while IFS='=' read -r key value || [[ -n $key ]]; do
    case $key in
      attempt) go_attempt=$value ;;
      bodySha256) go_sum=$value ;;
      iteration) go_iteration=$value ;;
    esac
  done < go
  if [[ $go_attempt != "$attempt" ]]; then
    mismatch "go is for attempt '$go_attempt', this is attempt $attempt"
  fi
  sum=$(sha256sum < body.sh) || sum=unreadable
  if [[ ${sum%% *} != "$go_sum" ]]; then
    mismatch "body.sh has SHA-256 ${sum%% *}, go names '$go_sum'"
  fi
  if [[ $go_iteration != none ]]; then
    latest=$(cat load/latest) || latest=''
    if [[ $latest != "global_step$go_iteration" ]]; then
      mismatch "load/latest names '$latest', go names iteration '$go_iteration'"
    fi
  fi
}

mismatch() {
  say "not started, the files of the attempt do not agree: $1"
  finish "$exit_mismatch" failed
}

# One function per check. A check that finds a node at fault adds it to bad_nodes, so that the next
# attempt can do without it; what is wrong for every node (no space left) accuses none.
preflight() {
  check_nodes
  check_save_directory
}

check_save_directory() {
  local probe=$save_directory/.preflight-$attempt available
  if ! { : > "$probe" && rm -f -- "$probe"; }; then
    bad_nodes+=("$host")
    preflight_failed "cannot write into $save_directory on $host"
  fi
  available=$(timeout 60 df -B1 --output=avail -- "$save_directory") || available=0
  available=${available##*[!0-9]}
  if ((${available:-0} < free_bytes_needed)); then
    preflight_failed "$save_directory has $available bytes free, $free_bytes_needed are needed"
  fi
}

# In the environment that the training will have. A body that tests several nodes names those at
# fault in bad-nodes; where there is but one node, it is the one.
check_nodes() {
  supervise timeout -k 5 "$((preflight_seconds_max + 60))" bash body.sh preflight
  leave_if_ended
  if ((status == 0)); then
    return
  fi
  if [[ -f bad-nodes ]]; then
    mapfile -t bad_nodes < bad-nodes
  elif ((${SLURM_JOB_NUM_NODES:-1} == 1)); then
    bad_nodes+=("$host")
  fi
  preflight_failed "the preflight of body.sh ended with $status; at fault: ${bad_nodes[*]:-no node}"
}

preflight_failed() {
  say "preflight failed: $1"
  finish "$exit_preflight" preflight
}

# Runs a command in a process group of its own and waits for its end, however many signals arrive
# meanwhile. The mark in its environment finds also those of its processes that leave the group.
supervise() {
  local looks=0
  set -m
  BLOOMERY_JOB_ID=$job_id "$@" < /dev/null >> train.log 2>&1 8>&- 9>&- &
  child=$!
  set +m
  if [[ $stage == ending ]]; then
    kill -s TERM -- "-$child" 2> /dev/null || true
  fi
  # Looks instead of waiting: a process that ends while a trapped signal interrupts the wait of
  # bash 5.2 is forgotten with its status, and asked again, wait never returns.
  while kill -0 "$child" 2> /dev/null; do
    pause "$((looks++ < 100 ? 0 : 1)).1"
  done
  while :; do
    interrupted=no
    status=0
    wait "$child" || status=$?
    # A trap ends wait early; asked again, it tells a status that it has told before.
    if [[ $interrupted == no ]]; then
      break
    fi
  done
  child=''
  # Told to end, the first process may leave before those that it started.
  while [[ $stage == ending && -n $(body_processes) ]]; do
    pause 0.2
  done
}

# Rings after so many seconds, instead of what it was set to before; by USR2, since bash before
# 5.2 takes ALRM for the time-out of its own read. The clock's process reads from this job's file
# 8: when the job is gone, even by SIGKILL, that ends, and so does the process.
set_clock() {
  exec 8>&-
  exec 8> >(clock "$1")
}

clock() {
  local outcome=0
  trap '' TERM INT HUP USR1
  exec > /dev/null 2>&1 9>&-
  read -r -t "$1" _ || outcome=$?
  if ((outcome > 128)); then
    kill -s USR2 "$$"
  fi
}

on_alarm() {
  interrupted=yes
  case $stage in
    training)
      stage=leaving
      ask_to_save
      set_clock "$((pre_timeout_seconds > 0 ? pre_timeout_seconds : 1))"
      ;;
    leaving)
      ended_by=time-limit
      end_child
      ;;
    ending)
      stage=killed
      kill_all || true
      ;;
  esac
}

# The scheduler says that the time limit is near.
on_warning() {
  interrupted=yes
  ask_to_save
}

on_termination() {
  interrupted=yes
  if [[ -z $ended_by ]]; then
    ended_by=terminated
    # The scheduler ends a job at its limit in the same way, after it has warned it.
    if [[ -n $saving_for ]] && ((SECONDS >= time_limit_seconds - limit_tolerance_seconds)); then
      ended_by=time-limit
    fi
    end_child
  fi
}

# Megatron-DeepSpeed handles no signal; before each iteration it looks for this file, and if it is
# there it saves and leaves.
ask_to_save() {
  # Not before the claim: it would stop the training of the job that owns the directory.
  if [[ $claimed == yes && ! -e kill-switch ]]; then
    # Not somebody's wish: the training is to go on in the next attempt.
    saving_for=time-limit
    : >> kill-switch || true
  fi
}

end_child() {
  stage=ending
  if [[ -n $child ]]; then
    kill -s TERM -- "-$child" 2> /dev/null || true
  fi
  set_clock "$kill_wait_seconds"
}

leave_if_ended() {
  if [[ -n $ended_by ]]; then
    finish "$((status == 0 ? 143 : status))" "$ended_by"
  fi
}

# The processes of the body, wherever they went, one id a line.
body_processes() {
  local path
  while IFS= read -r path; do
    path=${path#/proc/}
    printf '%s\n' "${path%/environ}"
  done < <(timeout 60 grep -lsazxF -e "BLOOMERY_JOB_ID=$job_id" /proc/[0-9]*/environ)
}

# Fails when there was nothing to kill.
kill_all() {
  local pids
  if [[ -n $child ]]; then
    kill -s KILL -- "-$child" 2> /dev/null || true
  fi
  mapfile -t pids < <(body_processes)
  if ((${#pids[@]} == 0)); then
    return 1
  fi
  kill -s KILL "${pids[@]}" 2> /dev/null || true
}

# No process of the body may outlive the job: it could write to a checkpoint thought to be at rest.
sweep() {
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    kill_all || return 0
    pause 0.1
  done
  say "processes of this attempt do not die on $host"
}

train() {
  supervise bash body.sh train
}

how_it_ended() {
  if [[ -n $ended_by ]]; then
    reason=$ended_by
  elif ((status != 0)); then
    reason=failed
  elif [[ -n $saving_for ]]; then
    reason=$saving_for
  elif [[ -e kill-switch ]]; then
    reason=kill-switch
  else
    reason='done'
  fi
}

# Writes the last line of the log and the exit record, and leaves with the code. The record appears
# by a rename, whole or not at all, and last: who sees it sees everything else. A shell cannot tell
# a process that was killed by signal N from one that exited with 128 + N: both count as killed.
finish() {
  local code=$1 reason=$2 signal=0 nodes='' node end_epoch
  trap '' TERM INT HUP USR1 USR2
  trap - EXIT
  exec 8>&-
  sweep
  if ((code > 128 && code <= 192)); then
    signal=$((code - 128))
  fi
  for node in ${bad_nodes[@]+"${bad_nodes[@]}"}; do
    nodes+=${nodes:+,}$(json_string "$node")
  done
  printf -v end_epoch '%(%s)T' -1
  # The trainer may have been cut in the middle of a line.
  if [[ -n $(tail -c 1 train.log 2> /dev/null | tr -d '\0') ]]; then
    printf '\n' >> train.log || true
  fi
  printf 'BLOOMERY end run=%s attempt=%d job=%s epoch=%d exit=%d reason=%s\n' \
    "$run" "$attempt" "$job_id" "$end_epoch" "$code" "$reason" >> train.log || true
  if ! { printf '{"version":1,"run":%s,"attempt":%d,"jobId":%s,"restartCount":%d,' \
    "$(json_string "$run")" "$attempt" "$(json_string "$job_id")" "$restart_count" \
    && printf '"startEpoch":%d,"endEpoch":%d,"exitCode":%d,"signal":%d,' \
      "$start_epoch" "$end_epoch" "$code" "$signal" \
    && printf '"reason":"%s","badNodes":[%s]}\n' "$reason" "$nodes"; } > exit.json.tmp \
    || ! mv -fT exit.json.tmp exit.json; then
    rm -f exit.json.tmp || true
    say "cannot write $directory/exit.json: no space left?"
  fi
  exit "$code"
}

# Only a mistake in this script leads here; the training must not go on unwatched.
on_exit() {
  local code=$?
  say "the job script broke off with $code"
  kill_all || true
  finish "$((code == 0 ? 1 : code))" failed
}

# Where the login shell set none, bash has a PATH that it does not hand on.
export PATH
cd -- "$directory"
identify
# CONT stays alone: bash can lose USR1 when both are trapped. PIPE: nobody may read our messages.
trap on_warning USR1
trap on_termination TERM INT HUP
trap on_alarm USR2
trap : PIPE
claim_attempt
trap on_exit EXIT
if ! printf 'BLOOMERY start run=%s attempt=%d job=%s epoch=%d\n' \
  "$run" "$attempt" "$job_id" "$start_epoch" >> train.log; then
  preflight_failed "cannot write $directory/train.log: no space left?"
fi
yield_to_later_attempt
await_go
check_go
stage=training
before_warning=$((time_limit_seconds - pre_timeout_seconds - SECONDS))
set_clock "$((before_warning > 0 ? before_warning : 1))"
preflight
train
how_it_ended
finish "$status" "$reason"
