"""The data-parallel group and printing from one of its ranks, as Megatron prints."""

import os
import sys
from datetime import datetime, timedelta

import torch
import torch.distributed as dist


def initialize(backend, timeout_minutes=30):
    """Joins the group that torchrun announces in the environment."""
    if os.environ.get("LOCAL_WORLD_SIZE") == os.environ["WORLD_SIZE"]:
        # All ranks are here: loopback works even where the host name does not resolve.
        os.environ["MASTER_ADDR"] = "127.0.0.1"
    dist.init_process_group(backend, timeout=timedelta(minutes=timeout_minutes))


def rank():
    return dist.get_rank()


def world_size():
    return dist.get_world_size()


def barrier():
    dist.barrier()


def sum_over_ranks(*values):
    """The sums of some numbers over all ranks, in double precision."""
    tensor = torch.tensor(values, dtype=torch.float64)
    dist.all_reduce(tensor)
    return tensor.tolist()


def decided_by_rank_0(condition):
    """Rank 0's answer on every rank: ranks that look at a file one by one may disagree."""
    answer = torch.tensor([int(rank() == 0 and condition())])
    dist.broadcast(answer, 0)
    return bool(answer.item())


def print_line(line):
    """One write per line, so that lines of several ranks do not mix."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def print_rank_0(line):
    if rank() == 0:
        print_line(line)


def print_rank_last(line):
    if rank() == world_size() - 1:
        print_line(line)


def print_datetime(what):
    barrier()
    print_rank_0(f"[{what}] datetime: {datetime.now():%Y-%m-%d %H:%M:%S} ")


def log_deepspeed(origin, message, level="INFO"):
    """A record in the format of DeepSpeed's logger; `origin` is its file:line:function."""
    now = datetime.now()
    stamp = f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d}"
    print_line(f"[{stamp}] [{level}] [{origin}] {message}")
