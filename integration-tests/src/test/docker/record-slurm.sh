#!/usr/bin/env bash
# Records what SLURM's programs answer in many situations, for the tests of what reads them:
#
#   scripts/with-containers integration-tests/src/test/docker/record-slurm.sh
#
# Writes NAME.out, and NAME.err where something was said there, and a README.md that lists them.
set -euo pipefail

FOLDER=orchestrator/control-plane/src/test/resources/slurm
QUEUE='bloomery|%i|%F|%K|%u|%T|%V|%S|%e|%l|%D|%N|%Z|%j|%r|end'
COLUMNS_=JobIDRaw,JobID,State,Submit,Start,End,ElapsedRaw,AllocTRES,NodeList,ExitCode
COLUMNS_+=,DerivedExitCode,Account,User,Partition,QOS,Flags,WorkDir,JobName
RUNS=/scratch/runs

# Outside: a cluster of four nodes, whose user is Ada.
outside() {
  local root container tries
  root=$(git rev-parse --show-toplevel)
  container=$(docker run --detach --network none --cap-add NET_ADMIN --hostname cluster \
    --label "org.bloomery.verify=$BLOOMERY_VERIFY" --env NODES=4 --env USER_NAME=ada \
    --env USER_ID=1000 "$BLOOMERY_SLURM_IMAGE")
  for ((tries = 0; tries < 600; tries++)); do
    docker logs "$container" 2>&1 | grep -q 'cluster: ready' && break
    sleep 0.1
  done
  docker cp "${BASH_SOURCE[0]}" "$container:/record.sh"
  docker exec "$container" bash /record.sh inside
  mkdir -p "$root/$FOLDER"
  rm -f "$root/$FOLDER"/*
  docker cp "$container:/samples/." "$root/$FOLDER"
  docker rm --force "$container" >/dev/null
}

ada() { runuser -u ada -- env -i PATH="$PATH" TZ=UTC SLURM_TIME_FORMAT=%s "$@"; }

# Runs a program as Ada and keeps what it says: record NAME SITUATION PROGRAM ARGUMENT...
record() {
  local name=$1 situation=$2 status=0
  shift 2
  ada "$@" >"/samples/$name.out" 2>"/samples/$name.err" || status=$?
  if [[ ! -s /samples/$name.err ]]; then
    rm "/samples/$name.err"
  fi
  note "$name" "$situation" "$(said "$@")" "$status"
}

# A row of the table: note NAME SITUATION COMMAND STATUS.
note() {
  # shellcheck disable=SC2016 # Markdown's quotes
  printf '| `%s` | %s | `%s` | %d |\n' "$@" >>/samples/README.md
}

# The command as a cell of a table, the two long lists by their names.
said() {
  local words=$*
  words=${words//"$QUEUE"/QUEUE}
  words=${words//"$COLUMNS_"/COLUMNS}
  printf '%s' "${words//|/\\|}"
}

queue() {
  record "$1" "$2" squeue --all --local --states=all --user=ada --format="$QUEUE" "${@:3}"
}

accounting() {
  record "$1" "$2" sacct --allocations --duplicates --parsable2 --user=ada --starttime=now-1hour \
    --endtime=now --format="$COLUMNS_" "${@:3}"
}

refused() { record "sbatch-$1" "$2" sbatch --parsable --account=six@a100 "${@:3}" --wrap=true; }

# A job of an attempt: attempt RUN NUMBER OPTION... COMMAND; prints its id.
attempt() {
  local directory=$RUNS/$1/attempts/$2
  install -d -o ada "$RUNS/$1" "$RUNS/$1/attempts" "$directory"
  job --job-name="$1-3fa9c1" --chdir="$directory" "${@:3}"
}

job() {
  ada sbatch --parsable --account=six@a100 --constraint=a100 --gres=gpu:8 --ntasks-per-node=1 \
    --output=/dev/null "${@:1:$#-1}" --wrap="${*: -1}"
}

record_queue() {
  local finished failed slow running dependent held waiting array
  queue squeue-empty "no job yet"
  accounting sacct-empty "no job yet"
  finished=$(attempt finished 0001 --nodes=4 'srun true')
  failed=$(attempt failed 0001 'exit 7')
  attempt killed 0001 'kill -9 $$' >/dev/null
  attempt step 0001 --nodes=2 'srun sh -c "exit 42"' >/dev/null
  slow=$(attempt slow 0001 --time=1 --nodelist=node04 'sleep 600')
  sleep 5
  running=$(attempt running 0003 --nodes=2 'sleep 900')
  dependent=$(attempt running 0004 --nodes=2 --dependency="afterany:$running,singleton" true)
  held=$(attempt held 0001 --hold true)
  waiting=$(attempt waiting 0001 --nodes=4 true)
  attempt never 0001 --dependency="afterok:$failed" true >/dev/null
  array=$(job --hold --array=1-4%1 --job-name=array true)
  job --hold --job-name='a|b end' true >/dev/null
  job --hold --job-name=$'two\nlines' true >/dev/null
  job --begin=now+1day --job-name=tomorrow true >/dev/null
  sleep 5
  queue squeue-many "running, over, and waiting for every reason; two hostile names"
  queue squeue-named "jobs of one name" --name=running-3fa9c1
  accounting sacct-running "some run, some are over, some wait"
  record squeue-unknown-id "nobody knows the id" squeue --noheader --jobs=999999
  record scontrol-pending "waits for another job" scontrol --oneliner show job "$dependent"
  record scontrol-running "runs" scontrol --oneliner show job "$running"
  record scontrol-completed "is over, and not forgotten yet" \
    scontrol --oneliner show job "$finished"
  record scontrol-array "an array that waits" scontrol --oneliner show job "$array"
  record scontrol-unknown-id "nobody knows the id" scontrol --oneliner show job 999999
  record_acts "$finished" "$running" "$held" "$waiting"
  ada scancel "$running"
  sleep 1
  queue squeue-cancelled "its first job was cancelled a second ago" --name=running-3fa9c1
  ada scancel --user=ada --state=PENDING
  record_node_failure
  until [[ $(ada squeue --noheader --states=all --format=%T --jobs="$slow") == TIMEOUT ]]; do
    sleep 2
  done
  queue squeue-time-limit "ended at its time limit of a minute" --name=slow-3fa9c1
  sleep 5
  accounting sacct-many "all are over; a requeued one has a row for each time it ran"
  accounting sacct-numbered "some ids, one of which nobody knows" --jobs="$finished,999999"
}

record_acts() {
  local of_grace
  of_grace=$(runuser -u grace -- sbatch --parsable --account=six@a100 --hold --chdir=/tmp \
    --output=/dev/null --wrap=true)
  record scancel-over "the job is over" scancel "$1"
  record scancel-unknown-id "nobody knows the id" scancel 999999
  record scancel-accepted "waits" scancel --verbose "$3"
  record scancel-of-others "the job is somebody else's" scancel "$of_grace"
  record scontrol-hold "waits" scontrol hold "$4"
  record scontrol-release "was held" scontrol release "$4"
  record scontrol-hold-of-others "the job is somebody else's" scontrol hold "$of_grace"
  record scontrol-longer "runs, and is to run longer" scontrol update "jobid=$2" timelimit=20:00:00
  record scontrol-shorter "runs, and is to run shorter" scontrol update "jobid=$2" timelimit=5
  record scontrol-over "the job is over" scontrol update "jobid=$1" timelimit=5
  record scontrol-update-unknown-id "nobody knows the id" scontrol update jobid=999999 timelimit=5
}

record_node_failure() {
  local again
  again=$(attempt again 0001 --nodelist=node02 --requeue 'sleep 900')
  attempt lost 0001 --nodelist=node03 --no-requeue 'sleep 900' >/dev/null
  sleep 4
  scontrol update nodename=node02,node03 state=down reason=test
  sleep 2
  queue squeue-node-failure "a node of each was lost; one may be requeued" \
    --name=again-3fa9c1,lost-3fa9c1
  record sinfo-down "the same" sinfo --noheader --Node '--format=%N|%T|%E|%H|%u'
  scontrol update nodename=node02,node03 state=resume
  sleep 15
  ada scancel "$again"
}

# Asks without rest until the accounting has the rest of the row: how young rows look.
record_young() {
  local id number row
  tr , '|' <<<"$COLUMNS_" >/samples/sacct-young.out
  for number in 1 2 3; do
    id=$(attempt young "000$number" --nodes=2 'srun true')
    row=
    until [[ $row == *young-* ]]; do
      row=$(ada sacct --allocations --noheader --parsable2 --format="$COLUMNS_" --jobs="$id")
      [[ -z $row ]] || printf '%s\n' "$row"
    done
  done | uniq >>/samples/sacct-young.out
  note sacct-young "three jobs while their rows appear: the title, and all rows that were shown" \
    "sacct --allocations --parsable2 --format=COLUMNS --jobs=ID" 0
}

record_submissions() {
  local number
  refused accepted "" --hold
  record sbatch-accepted-in-words "" sbatch --account=six@a100 --hold --wrap=true
  refused bad-account "" --account=nobody@a100
  refused bad-qos "" --qos=qos_cpu
  refused bad-partition "" --partition=gpu_p6
  refused bad-constraint "" --constraint=h100
  refused bad-reservation "" --reservation=nowhere
  refused reservation-of-others "" --account=six@v100 --reservation=hug
  refused bad-dependency "" --dependency=sometime:7
  refused unknown-node "" --exclude=node99
  refused too-many-nodes "" --nodes=48
  refused too-many-gpus "" --gres=gpu:9
  refused too-long-for-partition "" --qos=qos_gpu-gc --time=5-00:00:00
  refused too-long-for-qos "is queued, and never starts" --time=30:00:00 --job-name=too-long
  refused bad-option "the controller is not even asked" --no-such-option
  refused bad-time "the controller is not even asked" --time=soon
  record sbatch-no-script "the controller is not even asked" sbatch --parsable /scratch/none.sh
  for ((number = 0; number < 10; number++)); do
    job --hold --qos=qos_gpu-dev true >/dev/null
  done
  refused over-submit-limit "as many jobs of this QoS are queued as allowed" --qos=qos_gpu-dev
  sleep 3
  queue squeue-too-long-for-qos "" --name=too-long
  ada scancel --user=ada
}

record_site() {
  record sacctmgr-qos "" sacctmgr --noheader --parsable2 show qos \
    format=Name,Priority,MaxWall,MaxSubmitJobsPU,GrpTRESMins,Flags
  record sacctmgr-assoc "" sacctmgr --noheader --parsable2 show assoc user=ada \
    format=Account,User,Partition,QOS,DefaultQOS
  record sinfo "" sinfo --noheader '--format=%P|%a|%l|%D|%T|%N|%f|%G'
  record scontrol-config "" scontrol show config
  record scontrol-node "" scontrol --oneliner show node node01
  record scontrol-partition "" scontrol --oneliner show partition
  record scontrol-reservation "" scontrol --oneliner show reservation
  record version "" squeue --version
}

record_outages() {
  cluster.sh freeze slurmctld
  refused timed-out "the controller takes it and does not answer: see the next but one" --hold \
    --job-name=unsure
  queue squeue-timed-out "the controller does not answer"
  cluster.sh thaw slurmctld
  sleep 2
  queue squeue-after-time-out "the controller answers again" --name=unsure
  cluster.sh stop slurmctld
  queue squeue-no-controller ""
  refused no-controller ""
  record scancel-no-controller "" scancel 1
  record scontrol-no-controller "" scontrol --oneliner show job 1
  cluster.sh start slurmctld
  cluster.sh stop slurmdbd
  accounting sacct-no-daemon "slurmdbd is down"
  cluster.sh start slurmdbd
  cluster.sh stop mariadbd
  accounting sacct-no-database "slurmdbd's database is down"
  cluster.sh start mariadbd
}

inside() {
  install -d -o ada /samples "$RUNS"
  cd "$RUNS"
  cat >/samples/README.md <<TEXT
# What SLURM says

Recorded from SLURM 22.05.8 (Debian 12) in the cluster of our integration tests, by
\`integration-tests/src/test/docker/record-slurm.sh\`: a command's output is in \`NAME.out\`, its
errors, where there were any, in \`NAME.err\`. All ran with \`TZ=UTC SLURM_TIME_FORMAT=%s\`.

QUEUE is \`$QUEUE\`

COLUMNS is \`$COLUMNS_\`

| name | situation | command | exit code |
|---|---|---|---|
TEXT
  record_young
  record_queue
  record_submissions
  record_site
  record_outages
}

if [[ ${1:-} == inside ]]; then
  inside
else
  outside
fi
