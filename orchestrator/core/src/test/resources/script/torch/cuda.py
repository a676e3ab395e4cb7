"""The devices of the PyTorch that stands in; see __init__.py."""
import contextlib
import os

_current = 0


def is_available():
    return os.environ.get("STAND_IN_NO_CUDA") != os.environ["SLURMD_NODENAME"]


def device_count():
    return 2


@contextlib.contextmanager
def device(number):
    global _current
    _current = number
    yield


def mem_get_info():
    full = os.environ.get("STAND_IN_FULL")
    place = "%s:%s" % (os.environ["SLURMD_NODENAME"], _current)
    return (1 if place == full else 79) << 30, 80 << 30


def synchronize(number):
    pass


def empty_cache():
    pass
