"""The BLOOM decoder: ALiBi attention, embedding layer norm, GELU, tied head.

The architecture, the parameter names and the initialisation are BLOOM's; only the sizes differ.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def alibi_slopes(heads):
    """One slope per attention head, as in the ALiBi paper (Press et al. 2021, section 3).

    For n heads, n a power of two: the geometric sequence that starts at 2^(-8/n) with that same
    ratio. Otherwise: the slopes of the nearest lower power of two, then every other slope of the
    next higher one.
    """
    lower = 2 ** math.floor(math.log2(heads))
    slopes = [2.0 ** (-8.0 * (i + 1) / lower) for i in range(lower)]
    if lower < heads:
        higher = [2.0 ** (-8.0 * (i + 1) / (2 * lower)) for i in range(2 * lower)]
        slopes += higher[0::2][: heads - lower]
    return slopes


def parameter_count(layers, hidden, vocabulary):
    """Parameters of a BLOOM model: l(12h^2 + 13h) + vh + 4h."""
    return layers * (12 * hidden**2 + 13 * hidden) + vocabulary * hidden + 4 * hidden


def iteration_flops(layers, hidden, vocabulary, sequence, batch):
    """Floating-point operations of one iteration, forward and backward, without recomputation.

    24cBsl h^2 (1 + s/6h + V/16lh) with c = 3, the formula of Megatron's training log.
    """
    shape = 1 + sequence / (6 * hidden) + vocabulary / (16 * layers * hidden)
    return 24 * 3 * batch * sequence * layers * hidden**2 * shape


class SelfAttention(nn.Module):
    """Causal attention whose only notion of position is ALiBi's linear penalty."""

    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(hidden, 3 * hidden)
        self.dense = nn.Linear(hidden, hidden)

    def forward(self, x, bias):
        batch, sequence, hidden = x.shape
        size = hidden // self.heads
        fused = self.query_key_value(x).view(batch, sequence, self.heads, 3 * size)
        query, key, value = fused.permute(0, 2, 1, 3).split(size, dim=-1)
        flat = (batch * self.heads, sequence, size)
        scores = torch.baddbmm(
            bias.repeat(batch, 1, 1),
            query.reshape(flat),
            key.reshape(flat).transpose(1, 2),
            alpha=1.0 / math.sqrt(size),
        )
        context = torch.bmm(torch.softmax(scores, dim=-1), value.reshape(flat))
        context = context.view(batch, self.heads, sequence, size).transpose(1, 2)
        return self.dense(context.reshape(batch, sequence, hidden))


class FeedForward(nn.Module):
    """Two linear layers around BLOOM's GELU, the tanh approximation."""

    def __init__(self, hidden):
        super().__init__()
        self.dense_h_to_4h = nn.Linear(hidden, 4 * hidden)
        self.dense_4h_to_h = nn.Linear(4 * hidden, hidden)

    def forward(self, x):
        return self.dense_4h_to_h(F.gelu(self.dense_h_to_4h(x), approximate="tanh"))


class Block(nn.Module):
    """One pre-norm transformer block; the residuals bypass the layer norms."""

    def __init__(self, hidden, heads):
        super().__init__()
        self.input_layernorm = nn.LayerNorm(hidden)
        self.self_attention = SelfAttention(hidden, heads)
        self.post_attention_layernorm = nn.LayerNorm(hidden)
        self.mlp = FeedForward(hidden)

    def forward(self, x, bias):
        x = x + self.self_attention(self.input_layernorm(x), bias)
        return x + self.mlp(self.post_attention_layernorm(x))


class Embedding(nn.Module):
    """Word embeddings and the layer norm that BLOOM puts right behind them."""

    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, hidden)
        self.word_embeddings.norm = nn.LayerNorm(hidden)

    def forward(self, tokens):
        return self.word_embeddings.norm(self.word_embeddings(tokens))


class Bloom(nn.Module):
    """A BLOOM model of any size; `forward` returns logits over the padded vocabulary."""

    def __init__(self, layers, hidden, heads, vocabulary, init_std):
        super().__init__()
        if hidden % heads != 0:
            raise ValueError(f"hidden size {hidden} is not a multiple of {heads} attention heads")
        self.embedding = Embedding(vocabulary, hidden)
        self.blocks = nn.ModuleList(Block(hidden, heads) for _ in range(layers))
        self.final_layernorm = nn.LayerNorm(hidden)
        self.slopes = torch.tensor(alibi_slopes(heads))
        self._bias = torch.empty(0, 0, 0)
        self._initialize(layers, init_std)
        expected = parameter_count(layers, hidden, vocabulary)
        actual = sum(p.numel() for p in self.parameters())
        assert actual == expected, f"{actual} parameters instead of BLOOM's {expected}"

    def _initialize(self, layers, std):
        """Normal weights; the layers that write to the residual stream get std/sqrt(2 layers)."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif "norm" in name:
                nn.init.ones_(parameter)
            elif name.endswith(("self_attention.dense.weight", "dense_4h_to_h.weight")):
                nn.init.normal_(parameter, std=std / math.sqrt(2.0 * layers))
            else:
                nn.init.normal_(parameter, std=std)

    def _attention_bias(self, sequence):
        """ALiBi penalties [heads, sequence, sequence], minus infinity above the diagonal."""
        if self._bias.shape[-1] != sequence:
            position = torch.arange(sequence, dtype=torch.float32)
            distance = position[None, :] - position[:, None]
            future = torch.full((sequence, sequence), -math.inf).triu(1)
            self._bias = self.slopes[:, None, None] * distance[None] + future[None]
        return self._bias

    def forward(self, tokens):
        bias = self._attention_bias(tokens.shape[1])
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, bias)
        return F.linear(self.final_layernorm(x), self.embedding.word_embeddings.weight)

    def stages(self):
        """The pipeline layers with their numbers in a checkpoint: 1, 3 to l+2, l+4.

        2 and l+3 are layers without weights in Megatron-DeepSpeed's pipeline.
        """
        count = len(self.blocks)
        yield 1, self.embedding
        for index, block in enumerate(self.blocks):
            yield 3 + index, block
        yield count + 4, self.final_layernorm
