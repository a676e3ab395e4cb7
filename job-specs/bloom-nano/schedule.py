"""Batch size and learning rate as functions of the samples consumed, as Megatron has them."""

import math


class BatchSchedule:
    """The global batch size, constant or ramped up: start, increment, samples of the ramp."""

    def __init__(self, final, micro_times_ranks, rampup=None):
        self.final = final
        self.rampup = rampup
        steps = (final,)
        if rampup is not None:
            start, increment, samples = rampup
            growth = final - start
            if growth < 0 or increment <= 0 or growth % increment != 0 or samples < 0:
                raise ValueError(
                    f"--rampup-batch-size: cannot go from {start} to {final} by {increment}"
                )
            steps = (start, increment, final)
            self.samples_per_increment = samples / max(1, growth // increment)
        for step in steps:
            if step % micro_times_ranks != 0:
                raise ValueError(
                    f"global batch size ({step}) is not divisible by micro batch size times"
                    f" data parallel size ({micro_times_ranks})"
                )

    def at(self, consumed):
        """The global batch size once `consumed` samples have been seen."""
        if self.rampup is None or consumed > self.rampup[2]:
            return self.final
        start, increment, _ = self.rampup
        if self.samples_per_increment == 0:
            return self.final
        return min(self.final, start + increment * int(consumed / self.samples_per_increment))

    def iterations(self, samples):
        """How many whole batches fit into `samples`."""
        consumed = 0
        count = 0
        while self.rampup is not None and consumed <= self.rampup[2]:
            size = self.at(consumed)
            if consumed + size > samples:
                return count
            consumed += size
            count += 1
        return count + (samples - consumed) // self.final


class LearningRate:
    """Linear warm-up, then a cosine from the peak to the minimum, in samples."""

    def __init__(self, peak, minimum, warmup, decay, style):
        if not 0 <= warmup < decay:
            raise ValueError(
                f"--lr-warmup-samples ({warmup}) must be less than --lr-decay-samples ({decay})"
            )
        self.peak, self.minimum = peak, minimum
        self.warmup, self.decay, self.style = warmup, decay, style

    def at(self, consumed):
        if self.warmup > 0 and consumed <= self.warmup:
            return self.peak * consumed / self.warmup
        if self.style == "constant":
            return self.peak
        if consumed > self.decay:
            return self.minimum
        progress = (consumed - self.warmup) / (self.decay - self.warmup)
        if self.style == "linear":
            share = 1.0 - progress
        else:
            share = 0.5 * (math.cos(math.pi * progress) + 1.0)
        return self.minimum + share * (self.peak - self.minimum)

    def state(self):
        """What a checkpoint keeps, so that a resumed training cannot silently differ."""
        return {
            "max_lr": self.peak,
            "min_lr": self.minimum,
            "warmup_steps": self.warmup,
            "decay_steps": self.decay,
            "decay_style": self.style,
        }
