package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;

/** What a run's history tells of its attempts, checkpoints and bills; pure. */
public final class RunHistory {
  private final NavigableMap<Integer, Draft> attempts = new TreeMap<>();
  private final List<CheckpointSummary> checkpoints = new ArrayList<>();
  private final List<Posting> postings = new ArrayList<>();
  private final List<Posting> surplus = new ArrayList<>();
  private int current;
  private Lineage lineage = Lineage.EMPTY;
  private boolean complete;

  private RunHistory() {}

  /**
   * One attempt.
   *
   * @param lost GPU-seconds of steps that a later attempt did again, or that the next one will have
   *     to: the attempt's devices times the mean step time times the number of such steps
   * @param resumedFrom empty also for an attempt that was prepared and has never trained
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
    return attempts.values().stream().map(Draft::summary).toList();
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

  /** The bills of jobs that were no attempt's; they are among {@link #postings}, too. */
  public List<Posting> surplusPostings() {
    return List.copyOf(surplus);
  }

  /** The newest iteration that a closed attempt has logged. */
  public OptionalLong lastIteration() {
    return attempts.values().stream()
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
    List<Draft> told = attempts.values().stream().filter(attempt -> attempt.bound).toList();
    for (int i = told.size() - 1; i >= 0; i--) {
      Draft attempt = told.get(i);
      attempt.lost = attempt.lostAfter(restart);
      long start = attempt.resumeFrom.map(CheckpointRef::iteration).orElse(0L);
      restart = Math.min(restart, start);
    }
  }

  /** What is known of one attempt while its history is read. */
  private static final class Draft {
    private final int number;
    private final Instant plannedAt;

    /** Whether it was ever told what to train. */
    private boolean bound;

    private Optional<CheckpointRef> resumeFrom = Optional.empty();
    private Optional<JobKey> job = Optional.empty();
    private Optional<RunEvent.JobStarted> started = Optional.empty();
    private Optional<RunEvent.AttemptEnded> end = Optional.empty();
    private Optional<Posting> posting = Optional.empty();
    private GpuSeconds lost = GpuSeconds.ZERO;

    Draft(int number, Instant plannedAt) {
      this.number = number;
      this.plannedAt = plannedAt;
    }

    void bind(Optional<CheckpointRef> from) {
      resumeFrom = from;
      bound = true;
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
          number,
          resumeFrom,
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
      return attempts.get(current);
    }

    private Draft prepared() {
      return attempts.get(attempts.lastKey());
    }

    @Override
    public RunHistory runSubmitted(RunEvent.RunSubmitted fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory attemptPlanned(RunEvent.AttemptPlanned fact) {
      current = fact.attempt();
      attempts.put(current, new Draft(current, at));
      current().bind(fact.resumeFrom());
      return RunHistory.this;
    }

    @Override
    public RunHistory submissionTried(RunEvent.SubmissionTried fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory submissionDeferred(RunEvent.SubmissionDeferred fact) {
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
    public RunHistory successorPlanned(RunEvent.SuccessorPlanned fact) {
      attempts.put(fact.attempt(), new Draft(fact.attempt(), at));
      return RunHistory.this;
    }

    @Override
    public RunHistory successorTried(RunEvent.SuccessorTried fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory successorDeferred(RunEvent.SuccessorDeferred fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory successorAccepted(RunEvent.SuccessorAccepted fact) {
      prepared().job = Optional.of(fact.job());
      return RunHistory.this;
    }

    @Override
    public RunHistory successorDropped(RunEvent.SuccessorDropped fact) {
      return RunHistory.this;
    }

    @Override
    public RunHistory successorBound(RunEvent.SuccessorBound fact) {
      current = fact.attempt();
      current().bind(fact.resumeFrom());
      return RunHistory.this;
    }

    @Override
    public RunHistory surplusSeen(RunEvent.SurplusSeen fact) {
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
      attempts.get(fact.attempt()).end = Optional.of(fact);
      return RunHistory.this;
    }

    @Override
    public RunHistory usagePosted(RunEvent.UsagePosted fact) {
      postings.add(fact.posting());
      Optional<Draft> owner = fact.posting().attempt().map(attempts::get);
      owner.ifPresent(attempt -> attempt.posting = Optional.of(fact.posting()));
      if (owner.isEmpty()) {
        surplus.add(fact.posting());
      }
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
    public RunHistory requestMet(RunEvent.RequestMet fact) {
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
