"""Checkpoints as DeepSpeed's pipeline engine lays them out, and its behaviour on damaged ones.

    <save>/latest                                              "global_stepN", written last
    <save>/global_stepN/layer_LL-model_00-model_states.pt      weights, bf16
    <save>/global_stepN/mp_rank_00_model_states.pt             iteration, arguments, RNG state
    <save>/global_stepN/bf16_zero_pp_rank_D_mp_rank_00_optim_states.pt   one per rank
"""

import os
import random
import time

import torch

import parallel


class ZeRORuntimeException(RuntimeError):
    """A checkpoint of another number of data-parallel ranks."""


def tag_of(iteration):
    return f"global_step{iteration}"


def layer_file(directory, number):
    return os.path.join(directory, f"layer_{number:02d}-model_00-model_states.pt")


def model_file(directory):
    return os.path.join(directory, "mp_rank_00_model_states.pt")


def shard_file(directory, rank):
    return os.path.join(directory, f"bf16_zero_pp_rank_{rank}_mp_rank_00_optim_states.pt")


def read(path):
    # Our own files: they hold the arguments, which the restricted unpickler would refuse.
    return torch.load(path, map_location="cpu", weights_only=False)


def save_checkpoint(iteration, model, optimizer, schedule, args):
    """Writes global_step<iteration>, then points `latest` to it; all ranks take part."""
    parallel.print_rank_0(f"saving checkpoint at iteration {iteration:7d} to {args.save}")
    directory = os.path.join(args.save, tag_of(iteration))
    os.makedirs(directory, exist_ok=True)
    parallel.barrier()
    if parallel.rank() == 0:
        _save_model(directory, iteration, model, schedule, args)
    _save_shard(directory, optimizer)
    parallel.barrier()
    if parallel.rank() == 0:
        with open(os.path.join(args.save, "latest"), "w", encoding="utf-8") as file:
            file.write(tag_of(iteration))
    parallel.barrier()
    parallel.print_rank_0(
        f"  successfully saved checkpoint at iteration {iteration:7d} to {args.save}"
    )


def save_checkpoint_and_time(iteration, model, optimizer, schedule, args):
    parallel.barrier()
    start = time.monotonic()
    save_checkpoint(iteration, model, optimizer, schedule, args)
    parallel.barrier()
    milliseconds = (time.monotonic() - start) * 1000
    parallel.print_rank_last(f"time (ms) | save-checkpoint: {milliseconds:.2f}")


def _save_model(directory, iteration, model, schedule, args):
    path = model_file(directory)
    parallel.log_deepspeed(
        "logging.py:69:log_dist", f"[Rank 0] Saving model checkpoint: {path}"
    )
    for number, stage in model.stages():
        weights = {k: v.to(torch.bfloat16).clone() for k, v in stage.state_dict().items()}
        torch.save(weights, layer_file(directory, number))
    state = {
        "module": None,
        "lr_scheduler": schedule.state(),
        "global_steps": iteration,
        "global_samples": args.consumed_train_samples,
        "skipped_steps": 0,
        "dp_world_size": parallel.world_size(),
        "mp_world_size": 1,
        "args": args,
        "checkpoint_version": 3.0,
        "iteration": iteration,
        "tokens": args.consumed_train_tokens,
        "random_rng_state": random.getstate(),
        "torch_rng_state": torch.get_rng_state(),
    }
    torch.save(state, path)


def _save_shard(directory, optimizer):
    path = shard_file(directory, parallel.rank())
    torch.save({"optimizer_state_dict": optimizer.state()}, path)
    parallel.log_deepspeed(
        "engine.py:3137:_save_zero_checkpoint", f"bf16_zero checkpoint saved {path}"
    )


def load_checkpoint(model, optimizer, schedule, args):
    """Resumes from `--load` and returns the iteration; 0 if there is no `latest` in it."""
    latest = os.path.join(args.load, "latest")
    if not os.path.isfile(latest):
        parallel.log_deepspeed(
            "engine.py:2520:load_checkpoint",
            f"Unable to find latest file at {latest}, if trying to load latest checkpoint please"
            " ensure this file exists or pass an explicit checkpoint tag when loading a"
            " checkpoint.",
            level="WARNING",
        )
        parallel.print_rank_0(f"WARNING: could not find the metadata file {args.load} ")
        parallel.print_rank_0("    will not load any checkpoints and will start from random")
        return 0
    with open(latest, encoding="utf-8") as file:
        directory = os.path.join(args.load, file.read().strip())
    assert os.path.isfile(model_file(directory)), (
        f"{directory} has no {os.path.basename(model_file(directory))}"
    )
    state = read(model_file(directory))
    _check_arguments(state, schedule, args)
    for number, stage in model.stages():
        stage.load_state_dict(read(layer_file(directory, number)))
    _load_shards(directory, state, optimizer)
    random.setstate(state["random_rng_state"])
    torch.set_rng_state(state["torch_rng_state"])
    args.consumed_train_samples = state["args"].consumed_train_samples
    args.consumed_train_tokens = state["tokens"]
    parallel.print_rank_0(f" checkpoint version {state['checkpoint_version']}")
    parallel.barrier()
    parallel.print_rank_0(
        f"  successfully loaded checkpoint from {args.load} at iteration {state['iteration']}"
    )
    return state["iteration"]


def _check_arguments(state, schedule, args):
    """What may not change between the attempts of one training."""
    for name in ("num_layers", "hidden_size", "num_attention_heads", "max_position_embeddings",
                 "padded_vocab_size"):
        saved, given = getattr(state["args"], name), getattr(args, name)
        assert saved == given, (
            f"{name} value from checkpoint ({saved}) is not equal to the input argument value"
            f" ({given})."
        )
    for name, given in schedule.state().items():
        saved = state["lr_scheduler"][name]
        assert args.override_lr_scheduler or saved == given, (
            f"AnnealingLR: class input value {given} and checkpointvalue {saved} for {name} do"
            " not match"
        )
    ranks = parallel.world_size()
    if state["dp_world_size"] != ranks:
        raise ZeRORuntimeException(
            "The checkpoint being loaded used a DP world size of"
            f" {state['dp_world_size']} but the current world size is {ranks}. Automatic"
            " adjustment of ZeRO's optimizer state partitioning with a new world size is not"
            " currently supported."
        )


def _load_shards(directory, state, optimizer):
    """Restores master weights and moments, or, if any shard is missing, only warns.

    That is DeepSpeed's behaviour: the training goes on with the optimizer's memory lost.
    """
    shards = [shard_file(directory, rank) for rank in range(state["dp_world_size"])]
    missing = [path for path in shards if not os.path.exists(path)]
    if missing:
        parallel.log_deepspeed(
            "engine.py:2762:_get_all_zero_checkpoints",
            f"The following zero checkpoints paths are missing: {missing}",
            level="WARNING",
        )
        optimizer.restore_from_weights()
        return
    rank = parallel.rank()
    parallel.log_deepspeed(
        "engine.py:2719:_load_zero_checkpoint",
        f"loading {len(shards)} zero partition checkpoints for rank {rank}",
    )
    optimizer.load_state(read(shards[rank])["optimizer_state_dict"])
