# shellcheck shell=bash
# What Bloomery needs from the system, and how it gets it. Sourced by ./bloomery and ./verify, never
# run by itself.

# need | Debian packages | what for
NEEDS=(
  "jdk|openjdk-17-jdk-headless|to build and run Bloomery"
  "maven|maven|to build Bloomery"
  "python|python3|to try job scripts"
  "torch|python3 python3-torch libopenblas0-pthread|to train bloom-nano"
  "npm|npm|to fetch the texts that bloom-nano reads"
  "shellcheck|shellcheck|to check shell scripts"
  "git|git|to list the files that belong to the project"
  "ssh|openssh-client|to reach a cluster from elsewhere"
  "docker|docker.io|to run a SLURM cluster in a container"
  "debootstrap|debootstrap|to make the container's image where no image registry answers"
)

# Trainings and their tests run in the system's Python, which is where Debian puts PyTorch; another
# python3 earlier on the PATH would not see it.
SYSTEM_PYTHON=/usr/bin/python3

# shellcheck disable=SC2034  # The scripts that source this file use it.
JDK=

# Sets JDK to the home of a Java compiler of release 17 or newer.
find_jdk() {
  local home java=
  if java=$(command -v java); then
    java=$(readlink -f "$java")
  fi
  for home in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/*; do
    if [[ -x $home/bin/java && -x $home/bin/javac && -r $home/release ]] &&
      [[ $(<"$home/release") =~ JAVA_VERSION=\"([0-9]+) ]] && ((BASH_REMATCH[1] >= 17)); then
      # shellcheck disable=SC2034
      JDK=$home
      return 0
    fi
  done
  return 1
}

# Debian's PyTorch computes with whatever BLAS is there, and the reference one makes minutes hours.
# A PyTorch from elsewhere brings its own.
has_fast_blas() {
  [[ ! -d /usr/lib/python3/dist-packages/torch ]] ||
    compgen -G '/usr/lib/*/openblas-*/libblas.so.3' >/dev/null
}

is_there() {
  case "$1" in
    jdk) find_jdk ;;
    maven) command -v mvn >/dev/null ;;
    python) [[ -x $SYSTEM_PYTHON ]] ;;
    torch) "$SYSTEM_PYTHON" -c 'import torch' 2>/dev/null && has_fast_blas ;;
    docker) command -v docker >/dev/null && command -v dockerd >/dev/null ;;
    npm | shellcheck | git | ssh | debootstrap) command -v "$1" >/dev/null ;;
    *) die "scripts/packages.sh has no way to look for '$1'" ;;
  esac
}

# Installs what is missing of the needs named, or says in one sentence what a person must install.
require() {
  local need row name debian purpose
  local -a packages=() reasons=() names
  for need in "$@"; do
    if is_there "$need"; then
      continue
    fi
    for row in "${NEEDS[@]}"; do
      IFS='|' read -r name debian purpose <<<"$row"
      if [[ $name == "$need" ]]; then
        read -ra names <<<"$debian"
        packages+=("${names[@]}")
        reasons+=("$debian ($purpose)")
      fi
    done
  done
  ((${#packages[@]} == 0)) && return
  local list
  list=$(printf ', %s' "${reasons[@]}")
  list=${list:2}
  if ! command -v apt-get >/dev/null; then
    die "missing: $list. Install the like of it with this system's package manager, then try again."
  fi
  if ((EUID != 0)); then
    die "missing: $list. Ask root to run: apt-get install -y --no-install-recommends ${packages[*]}"
  fi
  say "installing $list; this can take some minutes"
  install_packages "${packages[@]}"
  for need in "$@"; do
    is_there "$need" || die "'$need' is still missing after installing ${packages[*]}"
  done
}

# Until the subshell that calls it ends, no package starts a service: we want their programs.
refuse_services() {
  local policy=/usr/sbin/policy-rc.d
  [[ -e $policy ]] && return
  # shellcheck disable=SC2064 # the name as it is now
  trap "rm -f $policy" EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

install_packages() {
  local log status=0
  log=$(mktemp)
  # Another installation may hold the lock for a while, and a configuration file that somebody has
  # put in place before stays as it is: nobody is there to be asked.
  local -a apt=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef
    -o Dpkg::Options::=--force-confold -o Acquire::Retries=3)
  (
    refuse_services
    "${apt[@]}" update &&
      DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "$@"
  ) </dev/null >"$log" 2>&1 || status=$?
  if ((status != 0)); then
    tail -n 15 "$log" >&2
    die "the installation of $* failed (apt-get said the above; all of it is in $log)"
  fi
  rm -f "$log"
}
