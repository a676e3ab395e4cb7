"""Byte-level tokens, Megatron's weighted split files, and sampling that can be resumed anywhere.

A data set is a UTF-8 text file whose documents are separated by a line with one form feed. The
sample with a given number is a function of the seed and that number only: a training that resumes
after N samples sees exactly what it would have seen had it never stopped.
"""

import random
from dataclasses import dataclass

import torch

BYTES = 256
END_OF_DOCUMENT = 256
VOCABULARY = 257
DOCUMENT_SEPARATOR = b"\n\f\n"


def encode(text):
    return list(text.encode("utf-8"))


def decode(tokens):
    """The text of some tokens, whatever is not UTF-8 replaced, up to the end of the document."""
    tokens = list(tokens)
    if END_OF_DOCUMENT in tokens:
        tokens = tokens[: tokens.index(END_OF_DOCUMENT)]
    return bytes(t for t in tokens if t < BYTES).decode("utf-8", errors="replace")


@dataclass(frozen=True)
class SplitSource:
    """A share of one data set's documents and its weight in a blend."""

    weight: float
    start: float
    end: float
    path: str


@dataclass(frozen=True)
class SplitGroup:
    """A named blend of data sets: the whole training set, or one validation set."""

    name: str
    sources: tuple


def parse_weighted_splits(path):
    """Reads `"train: R1 0:0.950 P1, R2 0:0.950 P2"`, one line with one or more quoted groups."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.readlines()
    assert len(lines) == 1, f"{path}: got {len(lines)} lines instead of 1"
    line = lines[0]
    assert len(line) > 3 and line[0] == '"' and line[-2:] == '"\n', (
        f"{path}: the line must begin with a quote and end with a quote and a newline"
    )
    return [_parse_group(path, group) for group in line[1:-2].split('" "')]


def _parse_group(path, text):
    name, colon, rest = text.partition(":")
    assert colon and name.strip(), f"{path}: {text!r} has no name before a colon"
    sources = []
    for part in rest.split(","):
        fields = part.split()
        assert len(fields) == 3, f"{path}: {part.strip()!r} is not WEIGHT START:END PATH"
        weight = float(fields[0])
        start, end = (float(bound) for bound in fields[1].split(":"))
        assert start < end, f"{path}: {part.strip()!r} starts at {start} and ends at {end}"
        assert weight > 0, f"{path}: {part.strip()!r} has no positive weight"
        sources.append(SplitSource(weight, start, end, fields[2]))
    return SplitGroup(name.strip(), tuple(sources))


def read_documents(path):
    with open(path, "rb") as file:
        documents = file.read().split(DOCUMENT_SEPARATOR)
    return [document for document in documents if document.strip()]


class TextDataset:
    """Windows of `length` tokens over the documents between two shares of one file."""

    def __init__(self, source, length, seed):
        documents = read_documents(source.path)
        first = round(source.start * len(documents))
        last = round(source.end * len(documents))
        chosen = documents[first:last]
        assert chosen, (
            f"{source.path}: no document between {source.start} and {source.end} of"
            f" {len(documents)} documents"
        )
        self.length = length
        self.seed = f"{seed}:{source.start}:{source.end}"
        stream = []
        for document in chosen:
            stream.extend(document)
            stream.append(END_OF_DOCUMENT)
        # The stream is a ring; a short one is repeated until one window fits into it.
        self.size = len(stream)
        turns = -(-length // self.size) + 1
        self.stream = torch.tensor(stream, dtype=torch.int16).repeat(turns)[: self.size + length]
        self.windows = max(1, self.size // length)
        self._epoch = (None, None)

    def _order(self, epoch):
        """Where this pass starts on the ring, and the order of its windows."""
        if self._epoch[0] != epoch:
            generator = random.Random(f"{self.seed}:{epoch}")
            order = list(range(self.windows))
            generator.shuffle(order)
            self._epoch = (epoch, (generator.randrange(self.size), order))
        return self._epoch[1]

    def sample(self, number):
        phase, order = self._order(number // self.windows)
        start = (phase + order[number % self.windows] * self.length) % self.size
        return self.stream[start : start + self.length]


class BlendedDataset:
    """Data sets mixed so that after any number of samples each one is next to its share.

    The greedy rule is Megatron's: the next sample comes from the data set that is furthest behind.
    """

    def __init__(self, group, length, seed):
        total = sum(source.weight for source in group.sources)
        self.name = group.name
        self.weights = [source.weight / total for source in group.sources]
        self.datasets = [
            TextDataset(source, length, f"{seed}:{index}")
            for index, source in enumerate(group.sources)
        ]
        self._counts = [0] * len(self.datasets)
        self._plan = []

    def _place(self, number):
        """Which data set sample `number` comes from, and its number there."""
        while len(self._plan) <= number:
            position = len(self._plan) + 1
            behind = [w * position - c for w, c in zip(self.weights, self._counts)]
            chosen = behind.index(max(behind))
            self._plan.append((chosen, self._counts[chosen]))
            self._counts[chosen] += 1
        return self._plan[number]

    def batch(self, first, count):
        """Samples `first` to `first + count - 1` as inputs and targets, [count, length - 1]."""
        places = [self._place(number) for number in range(first, first + count)]
        rows = torch.stack([self.datasets[d].sample(n) for d, n in places]).long()
        return rows[:, :-1], rows[:, 1:]
