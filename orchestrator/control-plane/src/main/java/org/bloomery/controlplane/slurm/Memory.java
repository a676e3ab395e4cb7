package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobView;

/**
 * What one process remembers from look to look. It can all be found again; streaks of absence begin
 * anew, since a stored mark of when a job was first missed would prove nothing.
 */
final class Memory {
  private final Map<JobKey, JobView> settled = new HashMap<>();
  private final Map<JobKey, SortedSet<String>> lostNodes = new HashMap<>();
  private Map<JobKey, Absence> before = new HashMap<>();
  private Map<JobKey, Absence> now = new HashMap<>();

  private record Absence(int looks, long sinceNanos) {}

  /** Jobs about which nothing new can be learnt. */
  Set<JobKey> settled() {
    return settled.keySet();
  }

  /** A job whose final figures were seen: nothing that is said later changes those. */
  Optional<JobView> settled(JobKey key) {
    return Optional.ofNullable(settled.get(key));
  }

  void settle(JobView job) {
    settled.put(job.key(), job);
  }

  /** Nodes that a job was seen to have lost; they may be back in service when it is settled. */
  void loses(JobKey key, Set<String> nodes) {
    if (!nodes.isEmpty()) {
      lostNodes.computeIfAbsent(key, job -> new TreeSet<>()).addAll(nodes);
    }
  }

  /** All of them, sorted. */
  List<String> lostNodes(JobKey key) {
    return List.copyOf(lostNodes.getOrDefault(key, new TreeSet<>()));
  }

  /** A new look begins; jobs that nobody asks for any more are forgotten. */
  void beginLook(Set<JobKey> wanted) {
    settled.keySet().retainAll(wanted);
    lostNodes.keySet().retainAll(wanted);
    before = now;
    now = new HashMap<>();
  }

  /**
   * This look has missed a job.
   *
   * @return whether it has been missed often enough, for so long, in a row
   */
  boolean isLost(JobKey key, long nanos, SlurmSite site, Duration span) {
    Absence earlier = before.getOrDefault(key, new Absence(0, nanos));
    Absence absence = new Absence(earlier.looks() + 1, earlier.sinceNanos());
    now.put(key, absence);
    return absence.looks() >= site.lostLooks()
        && Duration.ofNanos(nanos - absence.sinceNanos()).compareTo(span) >= 0;
  }
}
