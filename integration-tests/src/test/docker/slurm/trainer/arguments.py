"""The command lines of PyTorch's launcher and of Megatron-DeepSpeed, as BLOOM's jobs use them.

A word that neither knows ends the training at once, as it would end the real one.
"""

import argparse
import json
import shlex


def _integer(text):
    return int(text.replace("_", ""))


LAUNCHER = {
    "--nproc_per_node": _integer, "--nnodes": _integer, "--node_rank": _integer, "--rdzv_id": str,
    "--rdzv_backend": str, "--rdzv_endpoint": str, "--max_restarts": _integer, "--tee": str,
}

REQUIRED = {
    "--num-layers": _integer, "--hidden-size": _integer, "--num-attention-heads": _integer,
    "--seq-length": _integer, "--max-position-embeddings": _integer,
    "--micro-batch-size": _integer, "--global-batch-size": _integer, "--train-samples": _integer,
    "--lr": float, "--save": str, "--save-interval": _integer, "--deepspeed_config": str,
    "--train-weighted-split-paths-path": str, "--valid-weighted-split-paths-path": str,
}

OPTIONAL = {
    "--tensor-model-parallel-size": _integer, "--pipeline-model-parallel-size": _integer,
    "--pp-partition-method": str, "--pad-vocab-size-to": _integer, "--init-method-std": float,
    "--position-embedding-type": str, "--seed": _integer, "--optimizer": str,
    "--adam-beta1": float, "--adam-beta2": float, "--adam-eps": float, "--clip-grad": float,
    "--weight-decay": float, "--min-lr": float, "--lr-decay-style": str,
    "--lr-decay-samples": _integer, "--lr-warmup-samples": _integer, "--log-interval": _integer,
    "--eval-interval": _integer, "--eval-iters": _integer, "--tokenizer-type": str,
    "--tokenizer-name-or-path": str, "--vocab-file": str, "--merge-file": str, "--data-impl": str,
    "--load": str, "--kill-switch-path": str, "--exit-duration-in-mins": float,
    "--exit-interval": _integer, "--num-workers": _integer, "--valid-num-workers": _integer,
    "--distributed-backend": str, "--zero-stage": _integer, "--tensorboard-dir": str,
    "--tensorboard-queue-size": _integer, "--codecarbon-dir": str, "--attention-dropout": float,
    "--hidden-dropout": float, "--loss-scale": float, "--initial-loss-scale": float,
    "--loss-scale-window": _integer, "--min-loss-scale": float, "--hysteresis": _integer,
}

FLAGS = (
    "--bf16", "--fp16", "--embed-layernorm", "--sync-tp-duplicated-parameters", "--deepspeed",
    "--checkpoint-activations", "--deepspeed-activation-checkpointing",
    "--abort-on-unmet-fused-kernel-constraints", "--log-timers-to-tensorboard",
    "--log-batch-size-to-tensorboard", "--log-validation-ppl-to-tensorboard",
    "--override-lr-scheduler", "--universal-checkpoint", "--no-load-optim",
)

DEFAULTS = {
    "tensor_model_parallel_size": 1, "pipeline_model_parallel_size": 1, "min_lr": 0.0,
    "lr_decay_style": "linear", "lr_warmup_samples": 0, "log_interval": 100,
    "eval_interval": 1000, "eval_iters": 100, "pad_vocab_size_to": 0,
}


def parse(words):
    """Both command lines as one record; `script` stands between them."""
    launcher = argparse.ArgumentParser(allow_abbrev=False)
    for name, kind in LAUNCHER.items():
        launcher.add_argument(name, type=kind, required=True)
    launcher.add_argument("script")
    launcher.add_argument("rest", nargs=argparse.REMAINDER)
    started = launcher.parse_args(words)
    training = argparse.ArgumentParser(allow_abbrev=False)
    for name, kind in REQUIRED.items():
        training.add_argument(name, type=kind, required=True)
    for name, kind in OPTIONAL.items():
        training.add_argument(name, type=kind)
    training.add_argument("--rampup-batch-size", type=_integer, nargs=3)
    training.add_argument("--skip-train-iteration-range", nargs="+")
    for name in FLAGS:
        training.add_argument(name, action="store_true")
    training.set_defaults(**DEFAULTS)
    args = training.parse_args(started.rest, started)
    _check(training, args)
    return args


def _check(parser, args):
    if args.lr_decay_samples is None:
        args.lr_decay_samples = args.train_samples
    try:
        split_names(args.train_weighted_split_paths_path)
        args.validations = split_names(args.valid_weighted_split_paths_path)
        with open(args.deepspeed_config, encoding="utf-8") as file:
            config = json.load(file)
        assert config["train_batch_size"] == args.global_batch_size, "train_batch_size differs"
        assert config["train_micro_batch_size_per_gpu"] == args.micro_batch_size, (
            "train_micro_batch_size_per_gpu differs"
        )
    except (AssertionError, KeyError, OSError, ValueError) as problem:
        parser.error(f"{problem.__class__.__name__}: {problem}")


def split_names(path):
    """The names of the groups in one of Megatron's files of weighted splits."""
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    assert len(lines) == 1, f"{path}: got {len(lines)} lines instead of 1"
    return [group.partition(":")[0].strip() for group in shlex.split(lines[0])]
