"""Checkpoints with the names that DeepSpeed's pipeline engine gives, and with next to no content.

Each node's process writes the files of its ranks, in place, as torch.save does. Files of one class
have one size. A damaged or missing file does to a restart what DeepSpeed makes of it.
"""

import glob
import json
import os
import zipfile

# Bytes of content; what else a file has is its zip's.
EMBEDDING, BLOCK, LAYER_NORM, STATES, SHARD = 1800, 1200, 200, 900, 600


class Layout:
    """Who writes what. Ranks are numbered by stage, then replica, then tensor rank."""

    def __init__(self, args, world_size):
        self.tensor = args.tensor_model_parallel_size
        self.stages = args.pipeline_model_parallel_size
        if world_size % (self.tensor * self.stages) != 0:
            raise ValueError(
                f"world size ({world_size}) is not divisible by tensor parallel size"
                f" ({self.tensor}) times pipeline parallel size ({self.stages})"
            )
        self.replicas = world_size // (self.tensor * self.stages)
        self.prefix = "bf16_zero_pp_rank" if args.bf16 else "zero_pp_rank"
        # The embedding and the head count as layers when stages are dealt.
        layers = [1] + [3 + block for block in range(args.num_layers)] + [args.num_layers + 4]
        share = -(-len(layers) // self.stages)
        self.last_layer = layers[-1]
        self.dealt = [layers[i * share:(i + 1) * share] for i in range(self.stages)]

    def files_of(self, rank):
        """Names and sizes of what one rank writes."""
        stage, rest = divmod(rank, self.replicas * self.tensor)
        replica, tensor = divmod(rest, self.tensor)
        model_rank = stage * self.tensor + tensor
        if replica == 0:
            for layer in self.dealt[stage]:
                yield f"layer_{layer:02d}-model_{tensor:02d}-model_states.pt", self._size(layer)
            yield f"mp_rank_{model_rank:02d}_model_states.pt", STATES
        yield f"{self.prefix}_{replica}_mp_rank_{model_rank:02d}_optim_states.pt", SHARD

    def _size(self, layer):
        if layer == 1:
            return EMBEDDING
        return LAYER_NORM if layer == self.last_layer else BLOCK


def save(args, layout, ranks, state):
    """Writes the files of some ranks; `state` holds at least the iteration."""
    directory = os.path.join(args.save, f"global_step{state['iteration']}")
    os.makedirs(directory, exist_ok=True)
    content = json.dumps(state)
    for rank in ranks:
        for name, size in layout.files_of(rank):
            with zipfile.ZipFile(os.path.join(directory, name), "w") as file:
                file.writestr("archive/data.pkl", content.ljust(size))


def point_to(args, iteration):
    """The last step of a save."""
    with open(os.path.join(args.save, "latest"), "w", encoding="utf-8") as file:
        file.write(f"global_step{iteration}")


def latest_of(args):
    """The directory that `latest` in `--load` names, or None where there is no `latest`."""
    path = os.path.join(args.load, "latest")
    if not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8") as file:
        return os.path.join(args.load, file.read().strip())


def load(directory, layout, ranks):
    """Reads the files of some ranks; returns the state and the paths of missing shards."""
    found = len(glob.glob(os.path.join(directory, "mp_rank_*_model_states.pt")))
    expected = layout.tensor * layout.stages
    assert found > 0, f"{directory} has no checkpoint"
    assert found == expected, (
        f"checkpoint count {found} is different from saved mp_world_size {expected}"
    )
    state = _read(os.path.join(directory, "mp_rank_00_model_states.pt"))
    if state["dp_world_size"] != layout.replicas:
        raise RuntimeError(
            f"The checkpoint being loaded used a DP world size of {state['dp_world_size']} but the"
            f" current world size is {layout.replicas}."
        )
    missing = []
    for rank in ranks:
        for name, _ in layout.files_of(rank):
            path = os.path.join(directory, name)
            if name.startswith(layout.prefix) and not os.path.exists(path):
                missing.append(path)
            else:
                _read(path)
    return state, missing


def _read(path):
    try:
        with zipfile.ZipFile(path) as file:
            return json.loads(file.read("archive/data.pkl"))
    except zipfile.BadZipFile:
        raise RuntimeError(
            "PytorchStreamReader failed reading zip archive: failed finding central directory"
        ) from None
