# shellcheck shell=bash
# A Docker engine for the tests, and the image of a SLURM cluster. Sourced by ./verify and
# scripts/with-containers, never run by itself: they set ROOT, SCRATCH, say and die.

BASE_IMAGE=bloomery/base:bookworm
SLURM_CONTEXT=$ROOT/integration-tests/src/test/docker/slurm
# What takes minutes to make is kept here between runs, one archive for each of the last states of
# the Dockerfile and its files. Whoever deletes it waits once.
IMAGE_CACHE=${XDG_CACHE_HOME:-~/.cache}/bloomery-verify
ARCHIVES_MAX=3
ENGINE_SECONDS_MAX=30
# A registry behind a firewall that swallows everything would be waited for.
PULL_SECONDS_MAX=120

WAY_OUT="Or leave out the tests that need it: ./verify --no-containers"

CONTAINERS= # whether tests may have made some in this run

# Exports DOCKER_HOST and BLOOMERY_SLURM_IMAGE, or says in a sentence why there can be none.
provide_containers() {
  if engine_answers; then
    DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
    say "uses the Docker engine that answers at $DOCKER_HOST"
    # The tests share a directory of this machine with their containers.
    if [[ $DOCKER_HOST != unix://* ]]; then
      die "the Docker engine at $DOCKER_HOST is another machine's. Unset DOCKER_HOST, and start" \
        "one here. $WAY_OUT"
    fi
  else
    start_engine
  fi
  export DOCKER_HOST
  provide_slurm_image
  CONTAINERS=yes
}

# Ends the engine, if it is ours.
release_containers() {
  CONTAINERS=
  [[ -n ${ENGINE_PID:-} ]] || return 0
  local pid=$ENGINE_PID gate=${ENGINE[1]} tries
  exec {gate}>&-
  for ((tries = 0; tries < ENGINE_SECONDS_MAX * 10; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  # With the outer process, the kernel ends all that is in its namespaces.
  kill -s KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# Removes what this run's tests left in the engine, and says so; nobody else's containers.
remove_containers() {
  local id
  [[ -n $CONTAINERS ]] || return 0
  for id in $(docker ps --all --quiet --filter "label=org.bloomery.verify=$BLOOMERY_VERIFY"); do
    docker rm --force --volumes "$id" >/dev/null || true
    echo "a container was left after the tests, removed now: $id"
  done
}

engine_answers() {
  command -v docker >/dev/null && timeout 10 docker version >/dev/null 2>&1
}

start_engine() {
  if ((EUID != 0)); then
    die "no Docker engine answers, and only root can start one. Start one, or run this as root." \
      "$WAY_OUT"
  fi
  require docker
  ENGINE_DIRECTORY=$SCRATCH/engine
  mkdir -p "$ENGINE_DIRECTORY"
  DOCKER_HOST=unix://$ENGINE_DIRECTORY/docker.sock
  export DOCKER_HOST
  # The engine reads from this shell, so it ends with it, even by SIGKILL. It is no test's process:
  # it does not bear the mark of those.
  coproc ENGINE {
    exec env -u BLOOMERY_VERIFY setsid unshare --mount --propagation slave --pid --fork \
      --kill-child --mount-proc "$ROOT/scripts/engine.sh" "$ENGINE_DIRECTORY" \
      >"$ENGINE_DIRECTORY/engine.log" 2>&1
  }
  local tries
  for ((tries = 0; tries < ENGINE_SECONDS_MAX * 10; tries++)); do
    if engine_answers; then
      say "started a Docker engine for this run"
      return
    fi
    [[ -n ${ENGINE_PID:-} ]] || break
    sleep 0.1
  done
  tail -n 15 "$ENGINE_DIRECTORY/engine.log" >&2
  die "a Docker engine cannot be started here (it said the above). Start one in another way." \
    "$WAY_OUT"
}

# The name says what the image was made from, so it is made again exactly when that changes.
provide_slurm_image() {
  local sum archive lock
  sum=$(slurm_context | sha256sum)
  BLOOMERY_SLURM_IMAGE=bloomery/slurm:${sum:0:16}
  export BLOOMERY_SLURM_IMAGE
  has_image "$BLOOMERY_SLURM_IMAGE" && return
  if [[ -z ${ENGINE_DIRECTORY:-} ]]; then
    build_slurm_image
    return
  fi
  mkdir -p "$IMAGE_CACHE"
  exec {lock}>"$IMAGE_CACHE/lock"
  if ! flock --nonblock "$lock"; then
    say "waits for another run, which has to do with the same images"
    flock "$lock"
  fi
  archive=$IMAGE_CACHE/slurm-${sum:0:16}.tar
  if [[ -e $archive ]] && load_image "$archive" && has_image "$BLOOMERY_SLURM_IMAGE"; then
    touch "$archive"
  else
    load_latest_archive
    build_slurm_image
    archives | head -n "-$((ARCHIVES_MAX - 1))" | xargs -r -d '\n' rm -f
    if docker save --output "$archive.new" "$BASE_IMAGE" "$BLOOMERY_SLURM_IMAGE"; then
      mv "$archive.new" "$archive"
    else
      say "cannot keep the image in $IMAGE_CACHE: the next run has to make it again"
      rm -f "$archive.new"
    fi
  fi
  exec {lock}>&-
}

has_image() {
  docker image inspect "$1" >/dev/null 2>&1
}

load_image() {
  docker load --quiet --input "$1" >/dev/null
}

# What the image is made from, as one stream that is the same for the same files.
slurm_context() {
  tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    --exclude=__pycache__ --directory="$SLURM_CONTEXT" . \
    --directory="$ROOT/job-specs/bloom-nano" schedule.py
}

# The archives, the one used last at the end.
archives() {
  find "$IMAGE_CACHE" -name 'slurm-*.tar' -printf '%T@ %p\n' | sort -n | cut -d' ' -f2-
}

# An image of former files shares most layers with that of the present ones.
load_latest_archive() {
  local latest
  latest=$(archives | tail -n 1)
  [[ -n $latest ]] || return 0
  load_image "$latest" || rm -f "$latest"
}

build_slurm_image() {
  local log=$SCRATCH/build.log former
  provide_base_image
  say "builds the image of a SLURM cluster; this can take some minutes"
  former=$(docker images --quiet bloomery/slurm | head -n 1)
  # The machine's network, because an engine of ours offers no other, and its proxy.
  slurm_context |
    docker build --network host --build-arg "BASE=$BASE_IMAGE" --build-arg http_proxy \
      --build-arg https_proxy --build-arg no_proxy ${former:+--cache-from "$former"} \
      --tag "$BLOOMERY_SLURM_IMAGE" - >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    die "the image of a SLURM cluster cannot be built (docker build said the above). $WAY_OUT"
  }
}

provide_base_image() {
  local log=$SCRATCH/pull.log
  has_image "$BASE_IMAGE" && return
  if timeout "$PULL_SECONDS_MAX" docker pull --quiet debian:bookworm-slim >"$log" 2>&1; then
    docker tag debian:bookworm-slim "$BASE_IMAGE"
  else
    bootstrap_base_image
  fi
}

# A Debian 12 without anything else, from wherever this machine gets its own packages.
bootstrap_base_image() {
  local tree=$SCRATCH/base sources mirror include=
  ((EUID == 0)) || die "only root can make an image of Debian without a registry. $WAY_OUT"
  require debootstrap
  sources=$(debian_sources)
  if [[ -z $sources ]]; then
    apt-get -q update >/dev/null 2>&1 || true # It knows its sources only while it has their lists.
    sources=$(debian_sources)
  fi
  mirror=$(awk '{ print $2; exit }' <<<"$sources")
  [[ -n $mirror ]] || die "neither an image registry nor a mirror of Debian is known here." \
    "Name a mirror in /etc/apt/sources.list. $WAY_OUT"
  say "no image registry answers, so makes an image of Debian 12 from $mirror; this can take some" \
    "minutes"
  [[ $sources != *https:* ]] || include=--include=ca-certificates
  debootstrap --variant=minbase ${include:+"$include"} bookworm "$tree" "$mirror" \
    >"$SCRATCH/debootstrap.log" 2>&1 || {
    tail -n 15 "$SCRATCH/debootstrap.log" >&2
    die "debootstrap failed (it said the above). $WAY_OUT"
  }
  printf '%s\n' "$sources" >"$tree/etc/apt/sources.list"
  if [[ -n $include ]]; then
    # A mirror may be known only to this machine's certificate authorities.
    cp /etc/ssl/certs/ca-certificates.crt "$tree/etc/ssl/certs/"
  fi
  # An image is made again if it breaks; nothing has to reach the disk before the next package.
  echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/unsafe-io"
  tar --create --directory="$tree" --exclude='./var/cache/apt/archives/*.deb' \
    --exclude='./var/cache/apt/*.bin' --exclude='./var/lib/apt/lists/*' --exclude='./dev/*' . |
    docker import --change 'CMD ["/bin/bash"]' - "$BASE_IMAGE" >/dev/null
  rm -rf "$tree"
}

# This machine's sources of Debian 12, as lines of a sources.list; the main one is first.
debian_sources() {
  local uri codename component
  apt_targets | while read -r uri codename component; do
    if [[ $uri == mirror+file:* ]]; then
      uri=${uri#mirror+file:}
      uri=$(grep -m 1 -oE '^https?://[^ ]+' "${uri%/}")
    fi
    printf 'deb %s %s %s\n' "$uri" "$codename" "$component"
  done
}

apt_targets() {
  # shellcheck disable=SC2016 # apt-get expands
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' \
    'Origin: Debian' | grep -E ' bookworm[a-z-]* main$' | LC_ALL=C sort -k 2 || true
}
