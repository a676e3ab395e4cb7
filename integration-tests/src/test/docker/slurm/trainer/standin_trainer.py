"""Stands in for PyTorch's launcher and Megatron-DeepSpeed on one node of a training.

It does what a control plane can see: log lines, checkpoints, kill switch, planned exits, and
failures. The numbers of its log follow from the arguments as Megatron's do, the loss from the
iteration alone.

A training of months is shown in minutes by steps of many iterations: each iteration is logged, but
of what else comes due in a step (a look at the kill switch, a validation, a save) only that after
its last iteration happens, for the thousands of checkpoints in between would take hours to write.

Two files say what else it does, both optional:

    /run/trainer/settings.json     {"stepSeconds": 0.1, "iterationsPerStep": 1}
    /run/trainer/NODE.json         the trouble of that node, once: {"iteration": 30,
                                   "says": "RuntimeError: CUDA error: unknown error"} or
                                   {"iteration": 30, "hangs": true}
"""

import json
import math
import os
import signal
import socket
import sys
import time
from datetime import datetime

import checkpoints
from arguments import parse
from gang import Gang, GangBroken
from schedule import BatchSchedule, LearningRate

START = time.time()
FOLDER = "/run/trainer"
NODE = os.environ.get("SLURMD_NODENAME", socket.gethostname())


class Failure(Exception):
    """What one rank dies of."""


class Node:
    """This node's process: its ranks, and its voice in the common log."""

    def __init__(self, args):
        self.args = args
        self.world_size = args.nnodes * args.nproc_per_node
        first = args.node_rank * args.nproc_per_node
        self.ranks = range(first, first + args.nproc_per_node)
        self.is_last = self.world_size - 1 in self.ranks
        self.gang = Gang(args.node_rank, args.nnodes, args.rdzv_endpoint)

    def say(self, local_rank, line):
        sys.stdout.write(f"[default{local_rank}]:{line}\n")
        sys.stdout.flush()

    def say_first(self, line):
        if 0 in self.ranks:
            self.say(0, line)

    def say_last(self, line):
        if self.is_last:
            self.say(self.args.nproc_per_node - 1, line)

    def say_deepspeed(self, local_rank, level, line):
        now = datetime.now()
        stamp = f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d}"
        self.say(local_rank, f"[{stamp}] [{level}] {line}")

    def mark(self, what):
        self.gang.agree()
        self.say_first(f"[{what}] datetime: {datetime.now():%Y-%m-%d %H:%M:%S} ")


class Training:
    def __init__(self, node):
        self.node = node
        self.args = args = node.args
        self.layout = checkpoints.Layout(args, node.world_size)
        self.batches = BatchSchedule(
            args.global_batch_size, args.micro_batch_size * self.layout.replicas,
            args.rampup_batch_size,
        )
        self.rate = LearningRate(
            args.lr, args.min_lr, args.lr_warmup_samples, args.lr_decay_samples,
            args.lr_decay_style,
        )
        self.iterations = self.batches.iterations(args.train_samples)
        self.iteration = 0
        self.samples = 0
        settings = read(f"{FOLDER}/settings.json")
        self.step_seconds = settings.get("stepSeconds", 0.1)
        self.step_iterations = settings.get("iterationsPerStep", 1)

    def load(self):
        node, args = self.node, self.args
        directory = checkpoints.latest_of(args)
        if directory is None:
            node.say_first(f"WARNING: could not find the metadata file {args.load} ")
            node.say_first("    will not load any checkpoints and will start from random")
            return
        state, missing = checkpoints.load(directory, self.layout, node.ranks)
        if missing:
            node.say_deepspeed(0, "WARNING", "[engine.py:2762:_get_all_zero_checkpoints] The"
                               f" following zero checkpoints paths are missing: {missing}")
        self.iteration, self.samples = state["iteration"], state["samples"]
        node.gang.agree()
        node.say_first(
            f"  successfully loaded checkpoint from {args.load} at iteration {self.iteration}"
        )

    def save(self):
        node, args = self.node, self.args
        node.gang.agree()
        start = time.monotonic()
        node.say_first(f"saving checkpoint at iteration {self.iteration:7d} to {args.save}")
        node.gang.agree()
        state = {
            "iteration": self.iteration, "samples": self.samples,
            "dp_world_size": self.layout.replicas,
        }
        checkpoints.save(args, self.layout, node.ranks, state)
        node.gang.agree()
        if 0 in node.ranks:
            checkpoints.point_to(args, self.iteration)
        node.gang.agree()
        node.say_first(
            f"  successfully saved checkpoint at iteration {self.iteration:7d} to {args.save}"
        )
        milliseconds = (time.monotonic() - start) * 1000
        node.say_last(f"time (ms) | save-checkpoint: {milliseconds:.2f}")

    def train(self):
        args, node = self.args, self.node
        node.mark("before the start of training step")
        while self.iteration < self.iterations:
            if self.agree_on(lambda: found(args.kill_switch_path)):
                self.save()
                node.mark(f"Detected kill switch at {args.kill_switch_path}. Exiting")
                sys.exit()
            self.step()
            if self.iteration % args.eval_interval == 0:
                self.validate(f"iteration {self.iteration}")
            saved = self.iteration % args.save_interval == 0
            if saved:
                self.save()
            self.leave_if_due(saved)
        node.mark("after training is done")
        self.save()

    def agree_on(self, condition):
        """Node rank 0 looks, and all know."""
        return self.node.gang.agree(str(self.node.args.node_rank == 0 and condition())) == "True"

    def step(self):
        args = self.args
        start = time.monotonic()
        strike(self.iteration + 1)
        if 0 in self.node.ranks:
            time.sleep(self.step_seconds)
        self.node.gang.agree()
        # To the next multiple, wherever the last attempt has left.
        count = self.step_iterations - self.iteration % self.step_iterations
        count = min(count, self.iterations - self.iteration)
        seconds = (time.monotonic() - start) / count
        for _ in range(count):
            batch = self.batches.at(self.samples)
            self.iteration += 1
            self.samples += batch
            if self.iteration % args.log_interval == 0 and self.node.is_last:
                self.node.say_last(self.record(batch, seconds))
                self.node.say_last("time (ms)")

    def record(self, batch, seconds):
        args = self.args
        teraflops = self.flops(batch) / (seconds * self.node.world_size * 1e12)
        return (
            f" iteration {self.iteration:8d}/{self.iterations:8d} |"
            f" consumed samples: {self.samples:12d} |"
            f" consumed tokens: {self.samples * args.seq_length:12d} |"
            f" elapsed time per iteration (s): {seconds:.2f} |"
            f" learning rate: {self.rate.at(self.samples):.3E} |"
            f" global batch size: {batch:5d} | lm loss: {loss_at(self.iteration):.6E} |"
            f" grad norm: {1.0:.3f} | num zeros: 0.0 | number of skipped iterations:   0 |"
            f" number of nan iterations:   0 | samples per second: {batch / seconds:.3f} |"
            f" TFLOPs: {teraflops:.2f} |"
        )

    def flops(self, batch):
        """Of one iteration, as Megatron-DeepSpeed counts them (training.py, training_log)."""
        args = self.args
        layers, hidden, length = args.num_layers, args.hidden_size, args.seq_length
        passes = 4 if args.checkpoint_activations else 3
        return 24 * passes * batch * length * layers * hidden**2 * (
            1 + length / (6 * hidden) + args.pad_vocab_size_to / (16 * layers * hidden)
        )

    def validate(self, when):
        loss = loss_at(self.iteration)
        for name in self.args.validations:
            line = (
                f"{name} loss at {when} | lm loss value: {loss:.6E} |"
                f" lm loss PPL: {math.exp(min(20, loss)):.6E} | "
            )
            for text in ("-" * (len(line) + 1), line, "-" * (len(line) + 1)):
                self.node.say_last(text)

    def leave_if_due(self, saved):
        args = self.args
        minutes = (time.time() - START) / 60
        limit = args.exit_duration_in_mins
        if limit is not None and self.agree_on(lambda: minutes > limit):
            self.leave(saved, f"exiting program after {minutes} minutes")
        if args.exit_interval and self.iteration % args.exit_interval == 0:
            self.leave(saved, f"exiting program at iteration {self.iteration}")

    def leave(self, saved, words):
        if not saved:
            self.save()
        self.node.mark(words)
        sys.exit()


def loss_at(iteration):
    return 1.8 + 9.0 * math.exp(-iteration / 200)


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def found(path):
    return path is not None and os.path.exists(path)


def strike(iteration):
    """The trouble of this node, if there is one and its time has come."""
    path = f"{FOLDER}/{NODE}.json"
    trouble = read(path)
    if not trouble or iteration < trouble.get("iteration", 0):
        return
    os.remove(path)
    if trouble.get("hangs"):
        while True:
            time.sleep(60)
    raise Failure(trouble["says"])


def on_termination(_signal, _frame):
    print("WARNING:torch.distributed.elastic.multiprocessing.api:Sending process"
          f" {os.getpid()} closing signal SIGTERM", flush=True)
    os._exit(1)


def report(node, local_rank, message):
    """What the launcher prints when one of its ranks fails."""
    args = node.args
    for line in ("Traceback (most recent call last):",
                 f'  File "{args.script}", line 237, in <module>', "    main()", message):
        node.say(local_rank, line)
    print(
        "ERROR:torch.distributed.elastic.multiprocessing.api:failed (exitcode: 1)"
        f" local_rank: {local_rank} (pid: {os.getpid()}) of binary: {sys.executable}\n"
        + "=" * 60 + f"\n{args.script} FAILED\n" + "-" * 60
        + "\nFailures:\n  <NO_OTHER_FAILURES>\n" + "-" * 60
        + "\nRoot Cause (first observed failure):\n[0]:\n"
        f"  time      : {datetime.now():%Y-%m-%d_%H:%M:%S}\n  host      : {NODE}\n"
        f"  rank      : {node.ranks[local_rank]} (local_rank: {local_rank})\n"
        f"  exitcode  : 1 (pid: {os.getpid()})\n  error_file: <N/A>\n" + "=" * 60,
        flush=True,
    )
    sys.exit(1)


def main():
    signal.signal(signal.SIGTERM, on_termination)
    args = parse(sys.argv[1:])
    node = Node(args)
    node.gang.agree()
    node.say_first(f"time to initialize megatron (seconds): {time.time() - START:.3f}")
    node.mark("after megatron is initialized")
    if node.gang.agree(str(args.node_rank == 0 and found(args.kill_switch_path))) == "True":
        node.mark(f"Detected kill switch at {args.kill_switch_path}. Exiting")
        sys.exit()
    try:
        training = Training(node)
        node.say_first(f"setting training iterations to {training.iterations}")
        if args.load is not None:
            training.load()
        node.mark("after model, optimizer, and learning rate scheduler are built")
        node.mark("after dataloaders are built")
        node.say_first("done with setup ...")
        node.say_first("training ...")
        training.train()
    except GangBroken:
        report(node, 0, "RuntimeError: NCCL error in: ProcessGroupNCCL.cpp:47, unhandled system"
               " error, NCCL version 2.10.3")
    except Failure as failure:
        report(node, 3 % args.nproc_per_node, str(failure))
    except (AssertionError, OSError, RuntimeError, ValueError) as problem:
        report(node, 0, f"{problem.__class__.__name__}: {problem}")


if __name__ == "__main__":
    main()
