package org.bloomery.core.checkpoint;

import java.time.Instant;
import java.util.Optional;

/**
 * A checkpoint that was complete and at rest, so that a training may start from it.
 *
 * @param manifestSha256 of the manifest's canonical text: tells later whether it is still the same
 * @param bytes sum of all files
 * @param files number of files
 */
public record SealedCheckpoint(
    CheckpointRef ref, String manifestSha256, long bytes, int files, Instant sealedAt) {

  /**
   * What keeps a training from starting from it.
   *
   * @param now a fresh look at it
   * @return empty if it is as it was when it was sealed
   */
  public Optional<String> problem(Verdict now) {
    if (!(now instanceof Verdict.Complete complete)) {
      return Optional.of(now.words());
    }
    boolean same = complete.manifest().sha256().equals(manifestSha256);
    return same ? Optional.empty() : Optional.of("changed since it was sealed");
  }
}
