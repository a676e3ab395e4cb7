package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;

/**
 * One training, from spec to settled bill: the state that its history folds to.
 *
 * @param attempt the current one, or the last one while none is current
 * @param request what a person asked for and is not brought about yet
 * @param failures by cause, since the last real progress
 * @param posted sum of all postings, as charged
 * @param lastCause why the last attempt ended
 * @param lastIteration the newest iteration that an ended attempt has logged
 * @param why the last decision in one sentence
 * @param version number of records so far
 */
public record Run(
    RunId id,
    SpecRef spec,
    String account,
    Phase phase,
    Optional<Attempt> attempt,
    Lineage lineage,
    Optional<Request> request,
    Failures failures,
    GpuSeconds posted,
    Optional<EndCause> lastCause,
    OptionalLong lastIteration,
    String why,
    Instant updatedAt,
    long version) {

  /** GPU-seconds that the budget holds back for the current attempt. */
  public GpuSeconds reserved() {
    return attempt.map(Attempt::reserved).orElse(GpuSeconds.ZERO);
  }

  /** The number of the next attempt. */
  public int nextAttempt() {
    return attempt.map(Attempt::number).orElse(0) + 1;
  }

  /** Whether nothing will ever happen to it again. */
  public boolean isFinished() {
    return phase instanceof Phase.Finished;
  }

  /** Whether a job of it may be queued or running. */
  public boolean mayHaveJob() {
    return phase instanceof Phase.Submitting
        || phase instanceof Phase.Pending
        || phase instanceof Phase.Running;
  }

  /** The state that a complete history makes. */
  public static Run fold(List<RunRecord> history) {
    if (history.isEmpty()) {
      throw new IllegalArgumentException("a run without history");
    }
    Run run = RunFold.first(history.get(0));
    for (RunRecord record : history.subList(1, history.size())) {
      run = run.after(record);
    }
    return run;
  }

  /** The state after one more record. */
  public Run after(RunRecord record) {
    return RunFold.after(this, record);
  }
}
