package org.bloomery.core.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;

/** The sealed checkpoints that the training may go on from, oldest first. */
public record Lineage(List<SealedCheckpoint> sealed) {
  /** Older ones stay in the history; this keeps a run's state small. */
  public static final int SEALED_MAX = 100;

  public static final Lineage EMPTY = new Lineage(List.of());

  public Lineage {
    sealed = List.copyOf(sealed);
  }

  /** The newest, if any was sealed. */
  public Optional<SealedCheckpoint> head() {
    return sealed.isEmpty() ? Optional.empty() : Optional.of(sealed.get(sealed.size() - 1));
  }

  /** Whether exactly this checkpoint, with this content, is on the lineage. */
  public boolean contains(CheckpointRef ref, String manifestSha256) {
    return sealed.stream()
        .anyMatch(c -> c.ref().equals(ref) && c.manifestSha256().equals(manifestSha256));
  }

  /** Whether a checkpoint of this iteration is on the lineage. */
  public boolean containsIteration(long iteration) {
    return sealed.stream().anyMatch(c -> c.ref().iteration() == iteration);
  }

  /**
   * With one more; an older record of the same checkpoint gives way (the kill switch may re-save a
   * tag in place), and so does one of the same or a later iteration by an earlier attempt.
   */
  Lineage with(SealedCheckpoint added) {
    List<SealedCheckpoint> next = new ArrayList<>();
    for (SealedCheckpoint old : sealed) {
      boolean replaced =
          old.ref().equals(added.ref())
              || (old.ref().attempt() < added.ref().attempt()
                  && old.ref().iteration() >= added.ref().iteration());
      if (!replaced) {
        next.add(old);
      }
    }
    next.add(added);
    next.sort((a, b) -> a.ref().compareTo(b.ref()));
    return new Lineage(next.subList(Math.max(0, next.size() - SEALED_MAX), next.size()));
  }

  Lineage without(CheckpointRef ref) {
    return new Lineage(sealed.stream().filter(c -> !c.ref().equals(ref)).toList());
  }

  Lineage upTo(long iteration) {
    return new Lineage(sealed.stream().filter(c -> c.ref().iteration() <= iteration).toList());
  }
}
