"""Stands in for `python -m torch.distributed.run`, with the same arguments.

From Python 3.11 on, iterating over a Flag leaves out its zero and its combined members. PyTorch
1.13 looks up the value of `--tee` and `--redirects` that way, finds nothing for 0 and 3, and every
start fails with "'NoneType' object has no attribute 'get'". Debian 12 ships that very pair. On
other versions this file changes nothing.
"""

from torch.distributed.elastic.multiprocessing.api import Std
from torch.distributed.run import main


def parse_std(text):
    """`3` for all ranks, or `0:3,1:1` rank by rank: 0 nothing, 1 stdout, 2 stderr, 3 both."""
    if ":" not in text:
        return Std(int(text))
    pairs = (pair.split(":") for pair in text.split(","))
    return {int(rank): Std(int(value)) for rank, value in pairs}


if __name__ == "__main__":
    if Std.from_str("3") is None:
        Std.from_str = parse_std
    main()
