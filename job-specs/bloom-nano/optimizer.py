"""AdamW over bf16 weights with fp32 master copies, both moments shared out over the ranks.

The scheme is that of DeepSpeed's BF16_Optimizer: gradients are summed in fp32, every rank updates
the partition that it owns, and the updated weights are gathered in bf16.
"""

import torch
import torch.distributed as dist

import parallel


def round_to_bf16(tensor):
    return tensor.to(torch.bfloat16).to(torch.float32)


class ParameterGroup:
    """Parameters with one weight decay, laid out in one flat buffer cut into equal partitions.

    The parameters of the model become views into `weights`, their gradients into `gradients`.
    `weights` is fp32 to be fast on a CPU but only ever holds values that bf16 can represent.
    """

    def __init__(self, parameters, weight_decay, rank, ranks):
        self.weight_decay = weight_decay
        size = sum(p.numel() for p in parameters)
        self.padding = -size % ranks
        self.partition_size = (size + self.padding) // ranks
        self.own = slice(rank * self.partition_size, (rank + 1) * self.partition_size)
        self.weights = torch.zeros(size + self.padding)
        self.gradients = torch.zeros(size + self.padding)
        offset = 0
        for parameter in parameters:
            end = offset + parameter.numel()
            self.weights[offset:end] = round_to_bf16(parameter.data).flatten()
            parameter.data = self.weights[offset:end].view_as(parameter)
            parameter.grad = self.gradients[offset:end].view_as(parameter)
            offset = end
        self.reset_master()

    def reset_master(self):
        """Starts anew from the bf16 weights: master copy equal to them, moments zero."""
        self.master = self.weights[self.own].clone()
        self.average = torch.zeros(self.partition_size)
        self.square_average = torch.zeros(self.partition_size)

    def gather(self):
        """Rounds every rank's master partition to bf16 and puts all of them into `weights`."""
        # As bytes, because gloo knows no bf16 in older releases of PyTorch.
        mine = self.master.to(torch.bfloat16).view(torch.uint8)
        parts = [torch.empty_like(mine) for _ in range(parallel.world_size())]
        dist.all_gather(parts, mine)
        self.weights.copy_(torch.cat(parts).view(torch.bfloat16))


class PartitionedAdam:
    """AdamW whose state lives on the rank that owns the partition (ZeRO stage 1)."""

    def __init__(self, model, args):
        self.beta1, self.beta2, self.epsilon = args.adam_beta1, args.adam_beta2, args.adam_eps
        self.clip = args.clip_grad
        self.steps = 0
        decayed = [p for p in model.parameters() if p.dim() > 1]
        others = [p for p in model.parameters() if p.dim() <= 1]
        place = (parallel.rank(), parallel.world_size())
        self.groups = [
            ParameterGroup(decayed, args.weight_decay, *place),
            ParameterGroup(others, 0.0, *place),
        ]

    def zero_gradients(self):
        for group in self.groups:
            group.gradients.zero_()

    def step(self, learning_rate):
        """Averages the gradients, clips, updates, gathers; returns the norm before clipping."""
        squares = 0.0
        for group in self.groups:
            dist.all_reduce(group.gradients)
            group.gradients.div_(parallel.world_size())
            squares += group.gradients[group.own].double().square().sum().item()
        norm = parallel.sum_over_ranks(squares)[0] ** 0.5
        scale = self.clip / (norm + 1e-6) if self.clip > 0 else 1.0
        self.steps += 1
        for group in self.groups:
            gradient = group.gradients[group.own]
            if scale < 1.0:
                gradient.mul_(scale)
            self._update(group, gradient, learning_rate)
            group.gather()
        return norm

    def _update(self, group, gradient, learning_rate):
        group.average.mul_(self.beta1).add_(gradient, alpha=1 - self.beta1)
        group.square_average.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        correction1 = 1 - self.beta1**self.steps
        correction2 = 1 - self.beta2**self.steps
        spread = (group.square_average / correction2).sqrt_().add_(self.epsilon)
        group.master.mul_(1 - learning_rate * group.weight_decay)
        group.master.addcdiv_(group.average, spread, value=-learning_rate / correction1)

    def state(self):
        """This rank's shard; every tensor owns its storage, so that a file holds no more."""
        moments = {
            index: {
                "step": self.steps,
                "exp_avg": group.average.clone(),
                "exp_avg_sq": group.square_average.clone(),
            }
            for index, group in enumerate(self.groups)
        }
        return {
            "base_optimizer_state": {"state": moments},
            "single_partition_of_fp32_groups": [g.master.clone() for g in self.groups],
            "group_paddings": [g.padding for g in self.groups],
            "zero_stage": 1,
            "partition_count": parallel.world_size(),
        }

    def load_state(self, state):
        masters = state["single_partition_of_fp32_groups"]
        moments = state["base_optimizer_state"]["state"]
        for index, group in enumerate(self.groups):
            group.master.copy_(masters[index])
            group.average.copy_(moments[index]["exp_avg"])
            group.square_average.copy_(moments[index]["exp_avg_sq"])
        self.steps = moments[0]["step"]

    def restore_from_weights(self):
        """What is left when the shards are gone: the weights, but no moments and no step."""
        self.steps = 0
        for group in self.groups:
            group.reset_master()
