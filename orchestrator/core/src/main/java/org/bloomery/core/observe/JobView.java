package org.bloomery.core.observe;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;

/**
 * One job as its resource manager shows it now.
 *
 * @param jobName run id and home id; with the work directory it tells whose job this is
 * @param attempt from the work directory; empty where that is not one of ours
 * @param detail the resource manager's own word for the state or its reason, for people
 * @param end how it ended; present exactly once it has
 * @param held whether its user's hold keeps it in the queue; an administrator's is not ours
 * @param usage what it finally used; present once the accounting is final
 */
public record JobView(
    JobKey key,
    String jobName,
    Optional<Integer> attempt,
    JobState state,
    String detail,
    Optional<JobEnd> end,
    boolean held,
    Optional<Instant> startedAt,
    List<String> nodes,
    Optional<Usage> usage) {

  public JobView {
    nodes = List.copyOf(nodes);
  }

  /** Whether any process of it may still live. */
  public boolean mayLive() {
    return state != JobState.ENDED;
  }
}
