package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;

/**
 * One entry of a run's history: what was decided at once, and why.
 *
 * @param version the run's version after it; the first record makes version 1
 * @param epoch the leadership under which it was decided
 * @param why one sentence for people
 */
public record RunRecord(long version, Instant at, long epoch, String why, List<RunEvent> facts) {
  public RunRecord {
    facts = List.copyOf(facts);
    if (facts.isEmpty()) {
      throw new IllegalArgumentException("a record without a fact: " + why);
    }
  }

  /** Whether a person wanted it: then it did not come from the leader, which has to be told. */
  public boolean wasAskedFor() {
    return facts.stream()
        .anyMatch(
            fact ->
                fact instanceof RunEvent.RunSubmitted
                    || fact instanceof RunEvent.Requested
                    || fact instanceof RunEvent.Resumed);
  }
}
