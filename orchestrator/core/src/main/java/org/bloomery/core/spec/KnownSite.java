package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.RunId;

/**
 * What is known beside a spec when it is judged.
 *
 * @param clusters all that it may name
 * @param others the runs that are not over
 * @param sizing tells how large its checkpoints will be
 */
public record KnownSite(List<ClusterProfile> clusters, List<LiveRun> others, Sizing sizing) {

  public KnownSite {
    clusters = List.copyOf(clusters);
    others = List.copyOf(others);
  }

  /** Only the clusters are known. */
  public static KnownSite of(List<ClusterProfile> clusters) {
    return new KnownSite(clusters, List.of(), (run, cluster) -> Optional.empty());
  }

  /**
   * A run that is not over.
   *
   * @param checkpointDirectory its spec's {@code checkpoint.directory}
   */
  public record LiveRun(RunId id, String checkpointDirectory) {
    /** The directory below which only this run saves. */
    String root() {
      return checkpointDirectory + "/" + id.value();
    }
  }

  /** Says what a run's checkpoints take; the plan knows. */
  @FunctionalInterface
  public interface Sizing {
    /** Nothing if that cannot be said. */
    Optional<Kept> of(RunSpec run, ClusterProfile cluster);
  }

  /**
   * What is there when most is: the checkpoints that are kept, and one that is being written.
   *
   * @param checkpoints how many, with that one
   * @param bytes of all of them
   * @param inodes their files and directories
   */
  public record Kept(long checkpoints, long bytes, long inodes) {}
}
