package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;

/** What a run's history tells of its attempts, checkpoints and bills; pure. */
public final class RunHistory {
  private final List<Draft> attempts = new ArrayList<>();
  private final List<CheckpointSummary> checkpoints = new ArrayList<>();
  private final List<Posting> postings = new ArrayList<>();
  private Lineage lineage = Lineage.EMPTY;
  private boolean complete;

  private RunHistory() {}

  /**
   * One attempt.
   *
   * @param lost GPU-seconds of steps that a later attempt did again, or that the next one will have
   *     to: the attempt's devices times the mean step time times the number of such steps
   */
  public record AttemptSummary(
      int number,
      Optional<CheckpointRef> resumedFrom,
      Instant plannedAt,
      Optional<JobKey> job,
      Optional<Instant> startedAt,
      List<String> nodes,
      Optional<RunEvent.AttemptEnded> end,
      Optional<Posting> posting,
      GpuSeconds lost) {}

  /**
   * One sealed checkpoint.
   *
   * @param rejected why no training may start from it any more; empty while one may
   * @param onLineage false also for one that a rollback has left aside
   */
  public record CheckpointSummary(
      SealedCheckpoint checkpoint, Optional<String> rejected, boolean onLineage) {}

  /** Reads a complete history. */
  public static RunHistory of(List<RunRecord> records) {
    RunHistory history = new RunHistory();
    for (RunRecord record : records) {
      Reader reader = history.new Reader(record.at());
      record.facts().forEach(fact -> fact.match(reader));
    }
    history.settleLosses();
    return history;
  }

  public List<AttemptSummary> attempts() {
    return attempts.stream().map(Draft::summary).toList();
  }

  /** All that were ever sealed, in the order of their sealing. */
  public List<CheckpointSummary> checkpoints() {
    return checkpoints.stream()
        .map(
            c ->
                new CheckpointSummary(
                    c.checkpoint(),
                    c.rejected(),
                    lineage.contains(c.checkpoint().ref(), c.checkpoint().manifestSha256())))
        .toList();
  }

  public List<Posting> postings() {
    return List.copyOf(postings);
  }

  /** The newest iteration that a closed attempt has logged. */
  public OptionalLong lastIteration() {
    return attempts.stream()
        .flatMap(a -> a.end.stream())
        .map(RunEvent.AttemptEnded::lastIteration)
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .reduce((first, second) -> second);
  }

  /**
   * Steps beyond the point from which a later attempt started are lost; for the last attempt that
   * point is where the next one would start, unless the training is complete.
   */
  private void settleLosses() {
    long restart =
        complete ? Long.MAX_VALUE : lineage.head().map(h -> h.ref().iteration()).orElse(0L);
    for (int i = attempts.size() - 1; i >= 0; i--) {
      Draft attempt = attempts.get(i);
      attempt.lost = attempt.lostAfter(restart);
      long start = attempt.planned.resumeFrom().map(CheckpointRef::iteration).orElse(0L);
      restart = Math.min(restart, start);
    }
  }

  /** What is known of one attempt while its history is read. */
  private static final class Draft {
    private final RunEvent.AttemptPlanned planned;
    private final Instant plannedAt;
    private Optional<JobKey> job = Optional.empty();
    private Optional<RunEvent.JobStarted> started = Optional.empty();
    private Optional<RunEvent.AttemptEnded> end = Optional.empty();
    private Optional<Posting> posting = Optional.empty();
    private GpuSeconds lost = GpuSeconds.ZERO;

    Draft(RunEvent.AttemptPlanned planned, Instant plannedAt) {
      this.planned = planned;
      this.plannedAt = plannedAt;
    }

    GpuSeconds lostAfter(long restart) {
      if (end.isEmpty() || posting.isEmpty() || end.get().lastIteration().isEmpty()) {
        return GpuSeconds.ZERO;
      }
      RunEvent.AttemptEnded ended = end.get();
      GpuSeconds charged = posting.get().charged();
      long elapsed = posting.get().end().getEpochSecond() - posting.get().start().getEpochSecond();
      long before = Math.max(restart, ended.firstIteration().orElse(1) - 1);
      long again = Math.max(0, ended.lastIteration().getAsLong() - before);
      if (again == 0 || elapsed == 0) {
        return GpuSeconds.ZERO;
      }
      double devices = (double) charged.value() / elapsed;
      double seconds = ended.stepSeconds() / ended.steps() * again;
      return new GpuSeconds(Math.min(charged.value(), Math.round(devices * seconds)));
    }

    AttemptSummary summary() {
      return new AttemptSummary(
          planned.attempt(),
          planned.resumeFrom(),
          plannedAt,
          job,
          started.map(RunEvent.JobStarted::startedAt),
          started.map(RunEvent.JobStarted::nodes).orElse(List.of()),
          end,
          posting,
          lost);
    }
  }

  /** Folds one record's facts into the drafts; what tells nothing of them is passed over. */
  private final class Reader implements RunEvent.Cases<RunHistory> {
    private final Instant at;

    Reader(Instant at) {
      this.at = at;
    }

    private Draft current() {
      return attempts.get(attempts.size() - 1);
    }

    @Override
    public RunHistory runSubmitted(RunEvent.RunSubmitted fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory attemptPlanned(RunEvent.AttemptPlanned fact) {
      attempts.add(new Draft(fact, at));
      return RunHistory.this;
    }

    @Override
    public RunHistory submissionTried(RunEvent.SubmissionTried fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory jobAccepted(RunEvent.JobAccepted fact) {
      current().job = Optional.of(fact.job());
      return RunHistory.this;
    }

    @Override
    public RunHistory jobStarted(RunEvent.JobStarted fact) {
      current().started = Optional.of(fact);
      return RunHistory.this;
    }

    @Override
    public RunHistory checkpointSealed(RunEvent.CheckpointSealed fact) {
      lineage = lineage.with(fact.checkpoint());
      checkpoints.removeIf(c -> c.checkpoint().ref().equals(fact.checkpoint().ref()));
      checkpoints.add(new CheckpointSummary(fact.checkpoint(), Optional.empty(), true));
      return RunHistory.this;
    }

    @Override
    public RunHistory checkpointRejected(RunEvent.CheckpointRejected fact) {
      lineage = lineage.without(fact.checkpoint());
      checkpoints.replaceAll(
          c ->
              c.checkpoint().ref().equals(fact.checkpoint())
                  ? new CheckpointSummary(c.checkpoint(), Optional.of(fact.reason()), false)
                  : c);
      return RunHistory.this;
    }

    @Override
    public RunHistory wrongStartSeen(RunEvent.WrongStartSeen fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory jobEnded(RunEvent.JobEnded fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory attemptEnded(RunEvent.AttemptEnded fact) {
      current().end = Optional.of(fact);
      return RunHistory.this;
    }

    @Override
    public RunHistory usagePosted(RunEvent.UsagePosted fact) {
      postings.add(fact.posting());
      current().posting = Optional.of(fact.posting());
      return RunHistory.this;
    }

    @Override
    public RunHistory runReady(RunEvent.RunReady fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory runHeld(RunEvent.RunHeld fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory runFinished(RunEvent.RunFinished fact) {
      complete = fact.outcome() == Outcome.SUCCEEDED;
      return RunHistory.this;
    }

    @Override
    public RunHistory requested(RunEvent.Requested fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory resumed(RunEvent.Resumed fact) {
      if (fact.from().isPresent()) {
        lineage = lineage.upTo(fact.from().getAsLong());
      }
      return RunHistory.this;
    }
  }
}
