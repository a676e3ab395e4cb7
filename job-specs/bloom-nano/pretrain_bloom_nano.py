"""Pretrains a tiny BLOOM on CPUs, to everybody outside indistinguishable from Megatron-DeepSpeed.

Start it with torchrun; README.md has the command. Log lines, checkpoint layout, exits and their
order within one pass of the training loop are those of Megatron-DeepSpeed's pretrain_gpt.py.
"""

import math
import os
import sys
import time

_START = time.time()

import torch  # noqa: E402  (the clock for --exit-duration-in-mins starts before the imports)
import torch.nn.functional as F  # noqa: E402

import parallel  # noqa: E402
from arguments import parse_arguments  # noqa: E402
from checkpointing import load_checkpoint, save_checkpoint, save_checkpoint_and_time  # noqa: E402
from data import VOCABULARY, BlendedDataset  # noqa: E402
from model import Bloom, iteration_flops  # noqa: E402
from optimizer import PartitionedAdam  # noqa: E402
from parallel import print_datetime, print_rank_0, print_rank_last  # noqa: E402
from schedule import BatchSchedule, LearningRate  # noqa: E402


class Training:
    """One attempt: the model, its data and where the training stands."""

    def __init__(self, args):
        self.args = args
        ranks = parallel.world_size()
        self.rank_batch = args.micro_batch_size * ranks
        self.batches = BatchSchedule(
            args.global_batch_size, self.rank_batch, args.rampup_batch_size
        )
        self.learning_rate = LearningRate(
            args.lr, args.min_lr, args.lr_warmup_samples, args.lr_decay_samples,
            args.lr_decay_style,
        )
        args.train_iters = self.batches.iterations(args.train_samples)
        args.padded_vocab_size = padded_vocabulary(args)
        args.consumed_train_samples = 0
        args.consumed_train_tokens = 0
        self.iteration = 0

    def build_model(self):
        args = self.args
        torch.manual_seed(args.seed)
        print_rank_0("building GPT model ...")
        self.model = Bloom(
            args.num_layers, args.hidden_size, args.num_attention_heads,
            args.padded_vocab_size, args.init_method_std,
        )
        count = sum(p.numel() for p in self.model.parameters())
        print_rank_0(
            " > number of parameters on (tensor, pipeline) model parallel rank (0, 0):"
            f" {count}"
        )
        self.optimizer = PartitionedAdam(self.model, args)
        print_rank_0(f"setting training iterations to {args.train_iters}")
        if args.load is not None:
            self.iteration = load_checkpoint(
                self.model, self.optimizer, self.learning_rate, args
            )

    def build_data(self):
        args = self.args
        length = args.seq_length + 1
        assert len(args.train_splits) == 1, (
            f"{args.train_weighted_split_paths_path}: one training group, not"
            f" {len(args.train_splits)}"
        )
        self.train_data = BlendedDataset(args.train_splits[0], length, args.seed)
        self.valid_data = [BlendedDataset(g, length, args.seed) for g in args.valid_splits]
        validations = self.iteration // args.eval_interval
        self.valid_samples = validations * args.eval_iters * args.global_batch_size

    def _loss(self, data, first):
        """Mean loss of this rank's micro-batch in the samples that start at `first`."""
        size = self.args.micro_batch_size
        inputs, targets = data.batch(first + parallel.rank() * size, size)
        logits = self.model(inputs)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def step(self):
        """One optimizer step; returns batch size, learning rate, loss and gradient norm."""
        args = self.args
        batch = self.batches.at(args.consumed_train_samples)
        passes = batch // self.rank_batch
        self.optimizer.zero_gradients()
        total = 0.0
        for index in range(passes):
            first = args.consumed_train_samples + index * self.rank_batch
            loss = self._loss(self.train_data, first) / passes
            loss.backward()
            total += loss.item()
        norm = self.optimizer.step(self.learning_rate.at(args.consumed_train_samples))
        mean = parallel.sum_over_ranks(total)[0] / parallel.world_size()
        self.iteration += 1
        args.consumed_train_samples += batch
        args.consumed_train_tokens += batch * args.seq_length
        return batch, self.learning_rate.at(args.consumed_train_samples), mean, norm

    @torch.no_grad()
    def validate(self, when):
        """Prints the loss on every validation set."""
        args = self.args
        passes = args.global_batch_size // self.rank_batch
        for data in self.valid_data:
            total = 0.0
            for index in range(args.eval_iters * passes):
                total += self._loss(data, self.valid_samples + index * self.rank_batch).item()
            loss = parallel.sum_over_ranks(total)[0]
            loss /= args.eval_iters * passes * parallel.world_size()
            line = (
                f"{data.name} loss at {when} | lm loss value: {loss:.6E} |"
                f" lm loss PPL: {math.exp(min(20, loss)):.6E} | "
            )
            print_rank_last("-" * (len(line) + 1))
            print_rank_last(line)
            print_rank_last("-" * (len(line) + 1))
        self.valid_samples += args.eval_iters * args.global_batch_size

    def save(self):
        save_checkpoint_and_time(
            self.iteration, self.model, self.optimizer, self.learning_rate, self.args
        )


def padded_vocabulary(args):
    """The vocabulary with unused entries at its end, as large as the arguments ask."""
    if args.pad_vocab_size_to is not None:
        if args.pad_vocab_size_to < VOCABULARY:
            raise ValueError(
                f"--pad-vocab-size-to {args.pad_vocab_size_to} is below the tokenizer's"
                f" {VOCABULARY} tokens"
            )
        return args.pad_vocab_size_to
    multiple = args.make_vocab_size_divisible_by
    return -(-VOCABULARY // multiple) * multiple


class IterationLog:
    """Megatron's iteration record, printed every --log-interval iterations by the last rank."""

    def __init__(self, args):
        self.args = args
        self.start = time.monotonic()
        self.loss = 0.0
        self.advanced = 0
        self.nan = 0

    def add(self, iteration, batch, learning_rate, loss, norm):
        self.advanced += 1
        self.loss += loss
        self.nan += not math.isfinite(loss)
        if iteration % self.args.log_interval == 0:
            self._print(iteration, batch, learning_rate, norm)
            self.start = time.monotonic()
            self.loss, self.advanced, self.nan = 0.0, 0, 0

    def _print(self, iteration, batch, learning_rate, norm):
        args = self.args
        seconds = (time.monotonic() - self.start) / self.advanced
        flops = iteration_flops(
            args.num_layers, args.hidden_size, args.padded_vocab_size, args.seq_length, batch
        )
        teraflops = flops / (seconds * parallel.world_size() * 1e12)
        mean = self.loss / self.advanced
        # As in Megatron: a loss that is not above zero, a NaN too, is left out of the record.
        loss = f" lm loss: {mean:.6E} |" if mean > 0.0 else ""
        print_rank_last(
            f" iteration {iteration:8d}/{args.train_iters:8d} |"
            f" consumed samples: {args.consumed_train_samples:12d} |"
            f" consumed tokens: {args.consumed_train_tokens:12d} |"
            f" elapsed time per iteration (s): {seconds:.2f} |"
            f" learning rate: {learning_rate:.3E} |"
            f" global batch size: {batch:5d} |{loss}"
            f" grad norm: {norm:.3f} |"
            " num zeros: 0.0 |"
            " number of skipped iterations:   0 |"
            f" number of nan iterations: {self.nan:3d} |"
            f" samples per second: {batch / seconds:.3f} |"
            f" TFLOPs: {teraflops:.2f} |"
        )
        print_rank_last("time (ms)")


def kill_switch_found(args):
    path = args.kill_switch_path
    return path is not None and parallel.decided_by_rank_0(lambda: os.path.exists(path))


def setup(args):
    """Everything up to the first step."""
    start = time.monotonic()
    training = Training(args)
    training.build_model()
    print_datetime("after model, optimizer, and learning rate scheduler are built")
    built = time.monotonic()
    training.build_data()
    print_datetime("after dataloaders are built")
    print_rank_0("done with setup ...")
    print_rank_last(
        f"time (ms) | model-and-optimizer-setup: {(built - start) * 1000:.2f} |"
        f" train/valid/test-data-iterators-setup: {(time.monotonic() - built) * 1000:.2f}"
    )
    print_rank_0("training ...")
    return training


def train(training):
    """The loop: kill switch, step, record, validation, save, duration exit, interval exit."""
    args = training.args
    log = IterationLog(args)
    print_datetime("before the start of training step")
    log.start = time.monotonic()
    while training.iteration < args.train_iters:
        if kill_switch_found(args):
            if args.save:
                training.save()
            print_datetime(f"Detected kill switch at {args.kill_switch_path}. Exiting")
            sys.exit()
        batch, learning_rate, loss, norm = training.step()
        log.add(training.iteration, batch, learning_rate, loss, norm)
        if training.valid_data and training.iteration % args.eval_interval == 0:
            training.validate(f"iteration {training.iteration}")
        saved = False
        if args.save and training.iteration % args.save_interval == 0:
            training.save()
            saved = True
        leave_if_due(training, saved)


def leave_if_due(training, saved):
    """The planned exits: after a duration, or at a multiple of an iteration."""
    args = training.args
    if args.exit_duration_in_mins is not None:
        minutes = (time.time() - _START) / 60.0
        if parallel.sum_over_ranks(minutes > args.exit_duration_in_mins)[0] > 0:
            if args.save and not saved:
                training.save()
            print_datetime(f"exiting program after {minutes} minutes")
            sys.exit()
    if args.exit_interval and training.iteration % args.exit_interval == 0:
        if args.save and not saved:
            training.save()
        print_datetime(f"exiting program at iteration {training.iteration}")
        sys.exit()


def main():
    args = parse_arguments()
    torch.set_num_threads(1)
    parallel.initialize(args.distributed_backend)
    parallel.barrier()
    print_rank_0(f"time to initialize megatron (seconds): {time.time() - _START:.3f}")
    print_datetime("after megatron is initialized")
    if kill_switch_found(args):
        print_datetime(f"Detected kill switch at {args.kill_switch_path}. Exiting")
        sys.exit()
    training = setup(args)
    train(training)
    print_datetime("after training is done")
    if training.valid_data:
        training.validate("the end of training for val data")
    if args.save and training.iteration != 0:
        save_checkpoint(
            training.iteration, training.model, training.optimizer, training.learning_rate, args
        )


if __name__ == "__main__":
    main()
