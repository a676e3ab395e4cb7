package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;

/**
 * One training, from spec to settled bill: the state that its history folds to.
 *
 * @param attempt the current one, or the last one while none is current
 * @param successor the attempt after it, if its job was queued ahead; kept when it is over, since
 *     it has used up its number
 * @param request what a person asked for and is not brought about yet
 * @param failures by cause, since the last real progress
 * @param posted sum of all postings, as charged
 * @param billed the jobs billed last, oldest first
 * @param surplus jobs that are no attempt's and are not billed yet
 * @param suspects nodes that were blamed for the end of an attempt, oldest first
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
    Optional<Successor> successor,
    Lineage lineage,
    Optional<Request> request,
    Failures failures,
    GpuSeconds posted,
    List<JobKey> billed,
    List<JobKey> surplus,
    List<Suspect> suspects,
    Optional<EndCause> lastCause,
    OptionalLong lastIteration,
    String why,
    Instant updatedAt,
    long version) {

  /** A run remembers so many of the jobs that were billed: more than one look ever shows. */
  public static final int BILLED_MAX = 60;

  /** More surplus jobs at once are ended, but billed only when others of them are. */
  public static final int SURPLUS_MAX = 20;

  public Run {
    billed = List.copyOf(billed);
    surplus = List.copyOf(surplus);
    suspects = List.copyOf(suspects);
  }

  /** GPU-seconds that the budget holds back: for the current attempt and its successor. */
  public GpuSeconds reserved() {
    return attempt
        .map(Attempt::reserved)
        .orElse(GpuSeconds.ZERO)
        .plus(successor.map(Successor::reserved).orElse(GpuSeconds.ZERO));
  }

  /** What the budget would have to bear if another reservation were made. */
  public GpuSeconds committedWith(GpuSeconds reservation) {
    return posted.plus(reserved()).plus(reservation);
  }

  /** The number of the next attempt. */
  public int nextAttempt() {
    return successor.map(Successor::number).or(() -> attempt.map(Attempt::number)).orElse(0) + 1;
  }

  /**
   * Whether the bill of a job was posted. Of a job older than all that are remembered nothing is
   * known: it counts as billed, and the comparison with the accounting finds it if it is not.
   */
  public boolean isBilled(JobKey job) {
    return billed.contains(job)
        || (billed.size() == BILLED_MAX
            && billed.stream().allMatch(other -> other.submitEpoch() > job.submitEpoch()));
  }

  /** What a person asked for, if it is one of these. */
  public Optional<Request> asked(Request.Kind... kinds) {
    return request.filter(one -> List.of(kinds).contains(one.kind()));
  }

  /** Whether nothing will ever happen to it again. */
  public boolean isFinished() {
    return phase instanceof Phase.Finished;
  }

  /** Whether jobs of it may still have to be ended or billed, though it is finished. */
  public boolean hasOpenBills() {
    return !surplus.isEmpty() || successor.map(Successor::isOpen).orElse(false);
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
