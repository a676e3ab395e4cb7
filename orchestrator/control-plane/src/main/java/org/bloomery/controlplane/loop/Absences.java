package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Seen;
import org.bloomery.core.run.Successor;

/**
 * Counts answers in a row that lack a job that should be in them; an answer that could not be had
 * counts nothing. All in the memory of one leader, as evidence must be.
 */
final class Absences {
  private final Map<JobKey, Streak> streaks = new LinkedHashMap<>();
  private Instant lastLook = Instant.MIN;

  private record Streak(int looks, long sinceNanos) {}

  /** Takes one look into account; the same look again changes nothing. */
  Map<JobKey, Seen.Absence> after(Run run, Observation jobs, long nowNanos) {
    if (jobs instanceof Observation.Known known && !known.asOf().equals(lastLook)) {
      lastLook = known.asOf();
      List<JobKey> missing = missing(run, known);
      streaks.keySet().retainAll(missing);
      for (JobKey job : missing) {
        Streak before = streaks.getOrDefault(job, new Streak(0, nowNanos));
        streaks.put(job, new Streak(before.looks() + 1, before.sinceNanos()));
      }
    }
    Map<JobKey, Seen.Absence> absences = new LinkedHashMap<>();
    streaks.forEach(
        (job, streak) ->
            absences.put(
                job,
                new Seen.Absence(
                    streak.looks(), Duration.ofNanos(nowNanos - streak.sinceNanos()))));
    return absences;
  }

  private static List<JobKey> missing(Run run, Observation.Known known) {
    List<JobKey> missing = new ArrayList<>();
    boolean expected = run.phase() instanceof Phase.Pending || run.phase() instanceof Phase.Running;
    Optional<JobKey> current = run.attempt().filter(a -> expected).flatMap(Attempt::job);
    Optional<JobKey> next = run.successor().filter(Successor::isOpen).flatMap(Successor::job);
    current.ifPresent(missing::add);
    next.ifPresent(missing::add);
    known.jobs().forEach(job -> missing.remove(job.key()));
    return missing;
  }
}
