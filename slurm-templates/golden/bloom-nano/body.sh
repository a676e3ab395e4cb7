#!/bin/bash
# Trains, in the environment that the run's spec asks for. Generated: change the run's spec or the
# template instead.
# shellcheck disable=SC1091 # what the setup sources is at the site
set -euo pipefail

cd -- /srv/bloom-nano

# Module systems and conda read variables that may be unset: -u rests while setup runs.
set +u
umask 027
set -u
export OMP_NUM_THREADS=1

# The spec names an interpreter, or a setup that activates an environment decides which it is.
python=/usr/bin/python3

arguments=(
  --tensor-model-parallel-size 1
  --pipeline-model-parallel-size 1
  --num-layers 4
  --hidden-size 128
  --num-attention-heads 4
  --seq-length 256
  --max-position-embeddings 256
  --pad-vocab-size-to 384
  --position-embedding-type alibi
  --embed-layernorm
  --init-method-std 0.02
  --micro-batch-size 4
  --global-batch-size 16
  --train-samples 6400
  --bf16
  --seed 42
  --optimizer adam
  --adam-beta1 0.9
  --adam-beta2 0.95
  --adam-eps 1e-8
  --clip-grad 1
  --weight-decay 0.1
  --lr 0.001
  --min-lr 0.0001
  --lr-decay-style cosine
  --lr-decay-samples 6400
  --lr-warmup-samples 320
  --log-interval 1
  --eval-interval 100
  --eval-iters 2
  --tokenizer-type ByteLevel
  --train-weighted-split-paths-path /srv/bloomery/runs/bloom-nano/attempts/0002/train-splits.txt
  --valid-weighted-split-paths-path /srv/bloomery/runs/bloom-nano/attempts/0002/valid-splits.txt
  --save /srv/bloomery/checkpoints/bloom-nano/attempts/0002
  --load /srv/bloomery/runs/bloom-nano/attempts/0002/load
  --save-interval 50
  --kill-switch-path /srv/bloomery/runs/bloom-nano/attempts/0002/kill-switch
  --exit-duration-in-mins 1.5
  --distributed-backend gloo
  --deepspeed
  --deepspeed_config /srv/bloomery/runs/bloom-nano/attempts/0002/ds_config.json
  --zero-stage 0
  --num-workers 0
)
if [[ $1 == preflight ]]; then
  exec "$python" -c 'pass'
fi

# Two trainings may share a machine: each takes a port that is free now.
port=$("$python" -c '
import socket
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1])
')

# --tee puts [defaultN]: before each line of rank N. Each rank joins its two streams before, since
# PyTorch 1.13 under Python 3.11 (Debian 12) reads neither --tee 3 nor the default of --redirects:
# its parser iterates over flags, which there no longer yields 0 and 3. The address is fixed
# because a host's own name need not resolve.
# shellcheck disable=SC2016 # the inner shell expands
exec "$python" -u -m torch.distributed.run \
  --nproc_per_node 2 --nnodes 1 --node_rank 0 --max_restarts 0 \
  --master_addr 127.0.0.1 --master_port "$port" \
  --log_dir /srv/bloomery/runs/bloom-nano/attempts/0002/rank-logs --redirects 1 --tee 1 \
  --no_python bash -c 'exec "$0" -u "$@" 2>&1' "$python" \
  /srv/bloom-nano/pretrain_bloom_nano.py "${arguments[@]}"
