package org.bloomery.core.plan;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.QualityOfService;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;

/**
 * How long one job may run: as long as its spec wants, but no longer than the site lets it. A
 * training that takes longer is done by more attempts.
 */
public final class WallTime {
  private WallTime() {}

  /** The time limit of one job. */
  public static Duration limit(RunSpec spec, ClusterProfile cluster) {
    Resources wanted = spec.resources();
    Optional<Partition> partition = cluster.partition(wanted.partition());
    Optional<Duration> ofPartition = partition.flatMap(Partition::maximumTime);
    Optional<Duration> ofQos =
        partition
            .flatMap(where -> cluster.qos(wanted.qos(), where))
            .flatMap(QualityOfService::maximumTime);
    return Stream.of(Optional.of(wanted.timeLimit()), ofPartition, ofQos)
        .flatMap(Optional::stream)
        .min(Duration::compareTo)
        .orElseThrow();
  }

  /** The spec with the time limit that its jobs get, under each of its revisions. */
  public static RunSpec fitted(RunSpec spec, ClusterProfile cluster) {
    return spec.withTimeLimits(now -> limit(now, cluster));
  }
}
