"""Megatron-DeepSpeed's command line, as far as BLOOM's job scripts use it.

Names, types and checks are Megatron's. Options that only make sense on accelerators are accepted
where a BLOOM script passes them, and refused where their value asks for what is not here.
"""

import argparse
import json
import os

from data import parse_weighted_splits


def _integer(text):
    return int(text.replace("_", ""))


def _model_options(parser):
    group = parser.add_argument_group("model")
    group.add_argument("--num-layers", type=_integer, required=True)
    group.add_argument("--hidden-size", type=_integer, required=True)
    group.add_argument("--num-attention-heads", type=_integer, required=True)
    group.add_argument("--seq-length", type=_integer, required=True)
    group.add_argument("--max-position-embeddings", type=_integer, required=True)
    group.add_argument("--position-embedding-type", choices=["alibi"], default="alibi")
    group.add_argument("--embed-layernorm", action="store_true")
    group.add_argument("--init-method-std", type=float, default=0.02)
    group.add_argument("--pad-vocab-size-to", type=_integer)
    group.add_argument("--make-vocab-size-divisible-by", type=_integer, default=128)
    group.add_argument("--attention-dropout", type=float, default=0.0)
    group.add_argument("--hidden-dropout", type=float, default=0.0)


def _training_options(parser):
    group = parser.add_argument_group("training")
    group.add_argument("--micro-batch-size", type=_integer, required=True)
    group.add_argument("--global-batch-size", type=_integer, required=True)
    group.add_argument("--rampup-batch-size", type=_integer, nargs=3)
    group.add_argument("--train-samples", type=_integer, required=True)
    group.add_argument("--bf16", action="store_true")
    group.add_argument("--seed", type=_integer, default=1234)
    group.add_argument("--optimizer", choices=["adam"], default="adam")
    group.add_argument("--adam-beta1", type=float, default=0.9)
    group.add_argument("--adam-beta2", type=float, default=0.999)
    group.add_argument("--adam-eps", type=float, default=1e-8)
    group.add_argument("--clip-grad", type=float, default=1.0)
    group.add_argument("--weight-decay", type=float, default=0.01)
    group.add_argument("--lr", type=float, required=True)
    group.add_argument("--min-lr", type=float, default=0.0)
    group.add_argument("--lr-decay-style", choices=["constant", "linear", "cosine"],
                       default="linear")
    group.add_argument("--lr-decay-samples", type=_integer)
    group.add_argument("--lr-warmup-samples", type=_integer, default=0)
    group.add_argument("--override-lr-scheduler", action="store_true")
    group.add_argument("--exit-duration-in-mins", type=float)
    group.add_argument("--exit-interval", type=_integer)
    group.add_argument("--kill-switch-path")
    group.add_argument("--log-interval", type=_integer, default=100)
    group.add_argument("--eval-interval", type=_integer, default=1000)
    group.add_argument("--eval-iters", type=_integer, default=100)
    group.add_argument("--save")
    group.add_argument("--load")
    group.add_argument("--save-interval", type=_integer)


def _data_options(parser):
    group = parser.add_argument_group("data")
    group.add_argument("--train-weighted-split-paths-path", required=True)
    group.add_argument("--valid-weighted-split-paths-path")
    group.add_argument("--tokenizer-type", choices=["ByteLevel"], default="ByteLevel")
    group.add_argument("--tokenizer-name-or-path")
    group.add_argument("--data-impl", choices=["infer", "mmap"], default="infer")
    group.add_argument("--num-workers", type=_integer, default=2)
    group.add_argument("--valid-num-workers", type=_integer, default=2)


def _system_options(parser):
    group = parser.add_argument_group("system")
    group.add_argument("--tensor-model-parallel-size", type=_integer, default=1)
    group.add_argument("--pipeline-model-parallel-size", type=_integer, default=1)
    group.add_argument("--pp-partition-method")
    group.add_argument("--distributed-backend", choices=["gloo"], default="gloo")
    group.add_argument("--deepspeed", action="store_true")
    group.add_argument("--deepspeed_config", "--deepspeed-config")
    group.add_argument("--zero-stage", type=_integer, default=0)
    # Of no effect on a CPU with so small a model, but part of every BLOOM script.
    group.add_argument("--checkpoint-activations", action="store_true")
    group.add_argument("--deepspeed-activation-checkpointing", action="store_true")
    group.add_argument("--sync-tp-duplicated-parameters", action="store_true")
    group.add_argument("--abort-on-unmet-fused-kernel-constraints", action="store_true")
    group.add_argument("--tensorboard-dir")
    group.add_argument("--tensorboard-queue-size", type=_integer)
    group.add_argument("--log-timers-to-tensorboard", action="store_true")
    group.add_argument("--log-batch-size-to-tensorboard", action="store_true")
    group.add_argument("--log-validation-ppl-to-tensorboard", action="store_true")


def parse_arguments(argv=None):
    """Reads the command line; whatever it says that cannot be done ends the program with 2."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    _model_options(parser)
    _training_options(parser)
    _data_options(parser)
    _system_options(parser)
    args = parser.parse_args(argv)
    try:
        _check(args)
        args.train_splits = parse_weighted_splits(args.train_weighted_split_paths_path)
        args.valid_splits = []
        if args.valid_weighted_split_paths_path:
            args.valid_splits = parse_weighted_splits(args.valid_weighted_split_paths_path)
        if args.deepspeed:
            _check_deepspeed_config(args)
    except (AssertionError, OSError, ValueError) as problem:
        parser.error(str(problem))
    return args


def _check(args):
    assert args.hidden_size % args.num_attention_heads == 0, (
        f"--hidden-size {args.hidden_size} is not a multiple of"
        f" --num-attention-heads {args.num_attention_heads}"
    )
    assert args.seq_length <= args.max_position_embeddings, (
        f"--seq-length {args.seq_length} is above"
        f" --max-position-embeddings {args.max_position_embeddings}"
    )
    for name in ("tensor_model_parallel_size", "pipeline_model_parallel_size"):
        assert getattr(args, name) == 1, f"--{name.replace('_', '-')} can only be 1 here"
    assert args.zero_stage == 0, "bf16 needs --zero-stage 0: it partitions the optimizer itself"
    assert args.bf16, "--bf16 is missing: this training has no other precision"
    assert args.embed_layernorm, "--embed-layernorm is missing: BLOOM has it"
    assert args.attention_dropout == 0.0 and args.hidden_dropout == 0.0, "BLOOM has no dropout"
    assert args.save is None or args.save_interval, "--save needs --save-interval"
    if args.lr_decay_samples is None:
        args.lr_decay_samples = args.train_samples


def _check_deepspeed_config(args):
    """The few settings that the JSON repeats have to say the same as the command line."""
    assert args.deepspeed_config, "--deepspeed needs --deepspeed_config FILE"
    with open(args.deepspeed_config, encoding="utf-8") as file:
        config = json.load(file)
    expected = {
        "train_micro_batch_size_per_gpu": args.micro_batch_size,
        "train_batch_size": args.global_batch_size,
        "gradient_clipping": args.clip_grad,
    }
    for key, value in expected.items():
        assert config.get(key, value) == value, (
            f"{os.path.basename(args.deepspeed_config)}: {key} is {config[key]},"
            f" the command line says {value}"
        )
    stage = config.get("zero_optimization", {}).get("stage", 0)
    assert stage == 0, f"zero_optimization.stage is {stage}: bf16 needs 0"
    assert config.get("bf16", {}).get("enabled", False), "bf16.enabled is not true"
