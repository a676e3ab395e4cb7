"""Stands in for PyTorch on a node with two devices: matrices are numbers, and so is the time.

STAND_IN_SLOW names devices that take longer, as node:device=factor; STAND_IN_WRONG one that
multiplies wrongly, STAND_IN_FULL one whose memory is taken, STAND_IN_NO_CUDA a node without.
"""
import os
import time

from . import cuda

NODE = os.environ["SLURMD_NODENAME"]
float16 = uint8 = None
_seconds = 0.0


def _clock():
    return _seconds


time.perf_counter = _clock


def _is(variable, device):
    return os.environ.get(variable) == "%s:%s" % (NODE, device)


class _Number:
    def __init__(self, value):
        self.value = value

    def __sub__(self, other):
        return _Number(self.value - other)

    def __lt__(self, other):
        return _Number(self.value < other)

    def abs(self):
        return _Number(abs(self.value))

    def all(self):
        return _Number(bool(self.value))

    def __bool__(self):
        return self.value


class _Matrix:
    def __init__(self, size, device):
        self.size = size
        self.device = device.split(":")[1]


def ones(rows, columns, dtype, device):
    return _Matrix(rows, device)


def empty(size, dtype, device):
    return None


def matmul(left, right):
    global _seconds
    place, _, factor = os.environ.get("STAND_IN_SLOW", "").partition("=")
    slow = place in ("%s:%s" % (NODE, left.device), "%s:*" % NODE)
    _seconds += 0.001 * (float(factor) if slow else 1)
    return _Number(0 if _is("STAND_IN_WRONG", left.device) else left.size)
