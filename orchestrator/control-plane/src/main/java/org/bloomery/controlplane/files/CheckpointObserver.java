package org.bloomery.controlplane.files;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.CheckpointVerifier;
import org.bloomery.core.checkpoint.DirectoryListing;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;

/**
 * Looks at the checkpoints of a current attempt again and again, and says how long each has been as
 * it is.
 *
 * <p>What it has seen is only in memory, on purpose: after a restart of the control plane a
 * checkpoint has to be at rest anew before it is sealed. Not for use by several threads.
 */
public final class CheckpointObserver {
  private final CheckpointScanner scanner;
  private final Map<Path, Map<Long, Seen>> seen = new HashMap<>();

  /**
   * What one checkpoint was when it was first found like that.
   *
   * @param since on the monotonic clock, in nanoseconds
   */
  private record Seen(DirectoryListing listing, long since) {}

  public CheckpointObserver(CheckpointScanner scanner) {
    this.scanner = scanner;
  }

  /**
   * All checkpoints of an attempt, by iteration.
   *
   * @param root the attempt's checkpoint root
   * @param monotonicNanos now, on a clock that never jumps ({@link System#nanoTime})
   */
  public List<Sighting> observe(
      Path root, int attempt, CheckpointLayout layout, long monotonicNanos) {
    CheckpointScanner.Root tags = scanner.tags(root);
    if (tags instanceof CheckpointScanner.Root.Unreadable unreadable) {
      return unreadable(root, attempt, unreadable.why());
    }
    Map<Long, Seen> before = seen.getOrDefault(root, Map.of());
    Map<Long, Seen> now = new HashMap<>();
    List<Sighting> sightings = new ArrayList<>();
    for (long iteration : ((CheckpointScanner.Root.Listed) tags).iterations()) {
      CheckpointRef ref = new CheckpointRef(attempt, iteration);
      DirectoryListing listing = scanner.scan(root.resolve(ref.tag()));
      Seen last = before.get(iteration);
      boolean readable = listing instanceof DirectoryListing.Listed;
      boolean same = readable && last != null && last.listing().equals(listing);
      Seen current = same ? last : new Seen(listing, monotonicNanos);
      if (readable) {
        now.put(iteration, current);
      }
      sightings.add(
          new Sighting(
              ref,
              CheckpointVerifier.verdict(layout, iteration, listing),
              Duration.ofNanos(monotonicNanos - current.since())));
    }
    seen.put(root, now);
    return sightings;
  }

  /** Forgets an attempt that is over. */
  public void forget(Path root) {
    seen.remove(root);
  }

  /**
   * A fresh look at one checkpoint, such as a sealed one before a training starts from it.
   *
   * @param root the checkpoint root of the attempt that wrote it
   */
  public Verdict verify(Path root, CheckpointRef ref, CheckpointLayout layout) {
    DirectoryListing listing = scanner.scan(root.resolve(ref.tag()));
    return CheckpointVerifier.verdict(layout, ref.iteration(), listing);
  }

  /** What was there before is still expected; that it cannot be seen must not look like nothing. */
  private List<Sighting> unreadable(Path root, int attempt, String why) {
    Map<Long, Seen> before = seen.getOrDefault(root, Map.of());
    seen.remove(root);
    return before.keySet().stream()
        .sorted()
        .map(
            iteration ->
                new Sighting(
                    new CheckpointRef(attempt, iteration),
                    new Verdict.Unreadable(why),
                    Duration.ZERO))
        .toList();
  }
}
