# shellcheck shell=bash
# What this cluster is: SLURM's configuration from the environment's few numbers. Sourced by
# cluster.sh.

# Nodes node01, node02, ...; the last SPARES of them are given out only when no other is left.
NODES=${NODES:-4}
SPARES=${SPARES:-0}
# Seconds. A node that is silent for so long is down; so long an answer may take; so long a job has
# between SIGTERM and SIGKILL; so long a finished job stays in squeue; so long a requeued job waits.
SLURMD_TIMEOUT=${SLURMD_TIMEOUT:-10}
MESSAGE_TIMEOUT=${MESSAGE_TIMEOUT:-5}
KILL_WAIT=${KILL_WAIT:-5}
MIN_JOB_AGE=${MIN_JOB_AGE:-300}
CREDENTIAL_LIFETIME=${CREDENTIAL_LIFETIME:-5}
# Who runs the tests, so that files mean the same to them and to jobs.
USER_NAME=${USER_NAME:-root}
USER_ID=${USER_ID:-0}

GPUS=8
GPU_FILES=/run/slurm/gpu
TROUBLES=/run/trainer

node_name() {
  printf 'node%02d' "$1"
}

# SLURM's notation for some nodes: node[01-04].
node_range() {
  printf 'node[%02d-%02d]' "$1" "$2"
}

configure() {
  local number
  # The container has no network, and SLURM resolves no name, not even 127.0.0.1, on a machine whose
  # only address is that one (AI_ADDRCONFIG of getaddrinfo).
  ip address add 127.0.0.2/8 dev lo
  mkdir -p "$GPU_FILES" "$TROUBLES" /run/munge /run/mysqld /run/sshd /var/log/slurm
  chmod 777 "$TROUBLES"
  chown munge:munge /run/munge
  chown mysql:mysql /run/mysqld
  chown slurm:slurm /run/slurm /var/log/slurm
  # SLURM counts the files of a node's GPUs; all nodes share these, which swallow what they get.
  for ((number = 0; number < GPUS; number++)); do
    mknod "$GPU_FILES/nvidia$number" c 1 3
  done
  printf '127.0.0.1 %s\n' "$HOSTNAME" >> /etc/hosts
  # Each node has an address of its own for what its jobs listen on: two may take the same port.
  for ((number = 1; number <= NODES; number++)); do
    mkdir -p "/var/spool/slurmd/$(node_name "$number")"
    printf '127.0.1.%d %s\n' "$number" "$(node_name "$number")" >> /etc/hosts
  done
  if ! id -u "$USER_NAME" > /dev/null 2>&1; then
    useradd --uid "$USER_ID" --create-home --shell /bin/bash "$USER_NAME"
  fi
  configure_ssh
  write_slurm > /etc/slurm/slurm.conf
  write_nodes >> /etc/slurm/slurm.conf
  write_slurmdbd > /etc/slurm/slurmdbd.conf
  chown slurm:slurm /etc/slurm/slurmdbd.conf
  chmod 600 /etc/slurm/slurmdbd.conf
  printf 'AutoDetect=off\nNodeName=%s Name=gpu Type=a100 File=%s/nvidia[0-%d]\n' \
    "$(node_range 1 "$NODES")" "$GPU_FILES" "$((GPUS - 1))" > /etc/slurm/gres.conf
  # Named so that slurmd does not look for the machine's own, which may not be there at all; with
  # the process tracking below it is never used.
  echo CgroupPlugin=cgroup/v1 > /etc/slurm/cgroup.conf
}

# Lets the tests' user in, by a key that is made here for this cluster.
configure_ssh() {
  local home
  home=$(getent passwd "$USER_NAME" | cut -d: -f6)
  install -d -m 700 "$home/.ssh"
  ssh-keygen -q -t ed25519 -N '' -f "$home/.ssh/id_ed25519"
  cp "$home/.ssh/id_ed25519.pub" "$home/.ssh/authorized_keys"
  chown -R "$USER_NAME:" "$home/.ssh"
}

write_slurm() {
  cat << TEXT
ClusterName=bloomery
SlurmctldHost=$HOSTNAME(127.0.0.1)
SlurmUser=slurm
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=$CREDENTIAL_LIFETIME
CredType=cred/munge
StateSaveLocation=/var/lib/slurm/slurmctld
SlurmctldPidFile=/run/slurm/slurmctld.pid
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdSpoolDir=/var/spool/slurmd/%n
SlurmdPidFile=/run/slurm/slurmd-%n.pid
SlurmdLogFile=/var/log/slurm/slurmd-%n.log
# All nodes are this machine, and have more cores than it.
SlurmdParameters=config_overrides
MailProg=/bin/true
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
PropagateResourceLimits=NONE
# A node that an administrator has put down stays down.
ReturnToService=1
JobRequeue=1
KillOnBadExit=1
SlurmctldTimeout=30
SlurmdTimeout=$SLURMD_TIMEOUT
MessageTimeout=$MESSAGE_TIMEOUT
TCPTimeout=1
InactiveLimit=0
KillWait=$KILL_WAIT
MinJobAge=$MIN_JOB_AGE
MaxJobCount=20000
# Below it, the first node of a job of which another node died is drained: "Kill task failed".
UnkillableStepTimeout=180
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2,bf_continue
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
DefMemPerCPU=3750
EnforcePartLimits=ALL
PriorityType=priority/multifactor
PriorityDecayHalfLife=0
PriorityUsageResetPeriod=NONE
PriorityCalcPeriod=1
PriorityWeightAge=1000
PriorityWeightFairshare=1000
PriorityWeightQOS=10000
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStorageTRES=gres/gpu,gres/gpu:a100
AccountingStorageEnforce=associations,limits,qos,safe
AccountingStoreFlags=job_comment
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=30
TEXT
}

# The A100 partition of Jean Zay as BLOOM had it: 52 nodes of 8 GPUs and 64 cores with two threads
# each, 4 days and 4 hours at most, for jobs that ask for the feature a100.
write_nodes() {
  local ordinary=$((NODES - SPARES))
  write_node_range 1 "$ordinary" 1
  if ((SPARES > 0)); then
    write_node_range "$((ordinary + 1))" "$NODES" 100
  fi
  printf 'PartitionName=gpu_p5 Nodes=%s Default=YES State=UP' "$(node_range 1 "$NODES")"
  printf ' MaxTime=4-04:00:00 DefaultTime=00:10:00 OverSubscribe=NO\n'
}

write_node_range() {
  printf 'NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=[%d-%d] Weight=%d Feature=a100' \
    "$(node_range "$1" "$2")" "$HOSTNAME" "$((18000 + $1))" "$((18000 + $2))" "$3"
  printf ' Sockets=2 CoresPerSocket=32 ThreadsPerCore=2 RealMemory=480000 Gres=gpu:a100:%d' "$GPUS"
  printf ' State=UNKNOWN\n'
}

write_slurmdbd() {
  cat << TEXT
AuthType=auth/munge
DbdHost=$HOSTNAME
DbdAddr=127.0.0.1
SlurmUser=slurm
LogFile=/var/log/slurm/slurmdbd.log
PidFile=/run/slurm/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
TEXT
}

# One process for all of it: each start of sacctmgr costs a third of a second.
accounting_commands() {
  local account
  echo "add cluster bloomery"
  echo "add qos qos_gpu-t3 Priority=50 MaxWall=20:00:00"
  echo "add qos qos_gpu-dev Priority=80 MaxWall=02:00:00 MaxSubmitJobsPerUser=10"
  echo "add qos qos_gpu-gc Priority=90 MaxWall=4-04:00:00"
  for account in six@a100 six@v100; do
    echo "add account $account Organization=six Description=six" \
      "QOS=qos_gpu-t3,qos_gpu-dev,qos_gpu-gc DefaultQOS=qos_gpu-t3"
  done
  echo "add user $USER_NAME,grace Account=six@a100,six@v100 DefaultAccount=six@a100"
}
