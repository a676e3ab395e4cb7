package org.bloomery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.Successor;

/** What is known of one run from its records alone, and what each fact in them must be like. */
final class RunAccount implements RunEvent.Cases<RunAccount> {
  /** Two devices for the five hours of an attempt's time limit. */
  private static final GpuSeconds LEAST_RESERVATION = GpuSeconds.ofHours(10);

  private final Invariants invariants;
  private final Truth truth;
  private final RunId id;
  private final GpuSeconds budget;
  private Optional<Run> before = Optional.empty();
  private Optional<Run> state = Optional.empty();
  private final Map<Integer, Integer> permitted = new TreeMap<>();
  private final Map<Integer, Integer> submitted = new TreeMap<>();
  private final Map<Integer, List<String>> excluded = new TreeMap<>();
  private final Map<Integer, Optional<CheckpointRef>> bound = new TreeMap<>();
  private final SortedSet<JobKey> billed = new TreeSet<>(Comparator.comparing(JobKey::toString));
  private final SortedSet<JobKey> surplus = new TreeSet<>(Comparator.comparing(JobKey::toString));
  private final List<Request.Kind> requests = new ArrayList<>();
  private final List<CheckpointRef> sealedDamaged = new ArrayList<>();
  private final Restarts restarts = new Restarts();
  private boolean wrongStart;

  RunAccount(Invariants invariants, Truth truth, RunId id, GpuSeconds budget) {
    this.invariants = invariants;
    this.truth = truth;
    this.id = id;
    this.budget = budget;
  }

  Optional<Run> state() {
    return state;
  }

  SortedSet<JobKey> billed() {
    return billed;
  }

  /** What each attempt that may train was to start from. */
  Map<Integer, Optional<CheckpointRef>> bound() {
    return bound;
  }

  /** Whether there is a recorded reason to end a job. */
  boolean mayEnd(JobKey job) {
    Optional<Successor> dropped =
        state.flatMap(Run::successor).filter(next -> next.dropped().isPresent());
    return surplus.contains(job)
        || billed.contains(job)
        || wrongStart
        || dropped.flatMap(Successor::job).equals(Optional.of(job))
        || requests.contains(Request.Kind.CANCEL)
        || requests.contains(Request.Kind.STOP);
  }

  /** Whether a checkpoint was no longer what its trainer had saved when it was sealed. */
  boolean wasSealedDamaged(CheckpointRef ref) {
    return sealedDamaged.contains(ref);
  }

  /** Takes a record into account. */
  void take(Run after, List<RunEvent> facts) {
    before = state;
    state = Optional.of(after);
    facts.forEach(fact -> fact.match(this));
  }

  /** A control plane hands an attempt over. */
  void submits(int attempt, List<String> excludedNodes) {
    int allowed = permitted.getOrDefault(attempt, 0);
    int count = submitted.merge(attempt, 1, Integer::sum);
    invariants.require(
        count <= allowed,
        "S2",
        id + ": attempt " + attempt + " is submitted " + count + " times, recorded are " + allowed);
    List<String> recorded = excluded.getOrDefault(attempt, List.of());
    invariants.require(
        excludedNodes.containsAll(recorded),
        "S2",
        id + ": attempt " + attempt + " is submitted without excluding " + recorded);
  }

  private void permit(int attempt) {
    permitted.merge(attempt, 1, Integer::sum);
  }

  private void reserve(GpuSeconds reserved) {
    invariants.require(
        reserved.compareTo(LEAST_RESERVATION) >= 0,
        "S9",
        id + ": " + reserved + " are reserved for an attempt that may use more");
    invariants.require(
        state.orElseThrow().committedWith(GpuSeconds.ZERO).compareTo(budget) <= 0,
        "S9",
        id + ": more is posted and reserved than the budget has");
  }

  @Override
  public RunAccount attemptPlanned(RunEvent.AttemptPlanned fact) {
    excluded.put(fact.attempt(), fact.excludedNodes());
    goesOn(fact.attempt());
    bound.put(fact.attempt(), fact.resumeFrom());
    reserve(fact.reserved());
    return this;
  }

  @Override
  public RunAccount submissionTried(RunEvent.SubmissionTried fact) {
    permit(state.orElseThrow().attempt().orElseThrow().number());
    return this;
  }

  @Override
  public RunAccount successorPlanned(RunEvent.SuccessorPlanned fact) {
    excluded.put(fact.attempt(), fact.excludedNodes());
    permit(fact.attempt());
    reserve(fact.reserved());
    return this;
  }

  @Override
  public RunAccount successorTried(RunEvent.SuccessorTried fact) {
    permit(before.orElseThrow().successor().orElseThrow().number());
    return this;
  }

  @Override
  public RunAccount successorBound(RunEvent.SuccessorBound fact) {
    // What is excluded is decided anew; a job that was never queued is handed over with that.
    excluded.put(fact.attempt(), fact.excludedNodes());
    goesOn(fact.attempt());
    bound.put(fact.attempt(), fact.resumeFrom());
    return this;
  }

  private void goesOn(int attempt) {
    if (before.orElseThrow().phase() instanceof Phase.Ready ready) {
      invariants.isPrompt(id, ready.notBefore(), "begins attempt " + attempt);
    }
  }

  @Override
  public RunAccount surplusSeen(RunEvent.SurplusSeen fact) {
    surplus.add(fact.job());
    return this;
  }

  @Override
  public RunAccount requested(RunEvent.Requested fact) {
    requests.add(fact.kind());
    return this;
  }

  @Override
  public RunAccount wrongStartSeen(RunEvent.WrongStartSeen fact) {
    wrongStart = true;
    return this;
  }

  @Override
  public RunAccount checkpointSealed(RunEvent.CheckpointSealed fact) {
    CheckpointRef ref = fact.checkpoint().ref();
    SimulatedCheckpoint checkpoint = truth.checkpoint(id, ref);
    long head =
        before.flatMap(run -> run.lineage().head()).map(one -> one.ref().iteration()).orElse(0L);
    if (ref.iteration() > head) {
      restarts.forget();
    }
    boolean intact = checkpoint.isIntact();
    if (!intact) {
      sealedDamaged.add(ref);
    }
    invariants.require(
        intact || truth.isDamaged(checkpoint),
        "S6",
        id + ": sealed " + ref + ", which is not complete");
    return this;
  }

  /** The accounting's figures, to the second and once; where it is silent, nobody can know them. */
  @Override
  public RunAccount usagePosted(RunEvent.UsagePosted fact) {
    Posting posting = fact.posting();
    invariants.require(
        billed.add(posting.job()), "S8", "job " + posting.job() + " is billed a second time");
    surplus.remove(posting.job());
    if (posting.source() == Posting.Source.ACCOUNTING) {
      long used = truth.row(posting.job()).map(SlurmDatabase.Row::gpuSeconds).orElse(-1L);
      invariants.require(
          used == posting.allocated().value(),
          "S8",
          "job " + posting.job() + " is billed " + posting.allocated() + ", it used " + used);
    }
    return this;
  }

  @Override
  public RunAccount runSubmitted(RunEvent.RunSubmitted fact) {
    return this;
  }

  @Override
  public RunAccount submissionDeferred(RunEvent.SubmissionDeferred fact) {
    return this;
  }

  @Override
  public RunAccount jobAccepted(RunEvent.JobAccepted fact) {
    return this;
  }

  @Override
  public RunAccount jobStarted(RunEvent.JobStarted fact) {
    return this;
  }

  @Override
  public RunAccount successorDeferred(RunEvent.SuccessorDeferred fact) {
    return this;
  }

  @Override
  public RunAccount successorAccepted(RunEvent.SuccessorAccepted fact) {
    return this;
  }

  @Override
  public RunAccount successorDropped(RunEvent.SuccessorDropped fact) {
    return this;
  }

  @Override
  public RunAccount checkpointRejected(RunEvent.CheckpointRejected fact) {
    return this;
  }

  @Override
  public RunAccount jobEnded(RunEvent.JobEnded fact) {
    before
        .flatMap(Run::attempt)
        .flatMap(Attempt::job)
        .ifPresent(job -> invariants.noticed(id, job));
    return this;
  }

  @Override
  public RunAccount attemptEnded(RunEvent.AttemptEnded fact) {
    Optional<Integer> current = before.flatMap(Run::attempt).map(Attempt::number);
    if (current.equals(Optional.of(fact.attempt()))) {
      restarts.ended(fact.cause());
    }
    return this;
  }

  @Override
  public RunAccount runReady(RunEvent.RunReady fact) {
    restarts
        .goesOn(Duration.between(state.orElseThrow().updatedAt(), fact.notBefore()))
        .ifPresent(wrong -> invariants.broken("S10", id + ": " + wrong));
    return this;
  }

  @Override
  public RunAccount runHeld(RunEvent.RunHeld fact) {
    return this;
  }

  @Override
  public RunAccount runFinished(RunEvent.RunFinished fact) {
    return this;
  }

  @Override
  public RunAccount requestMet(RunEvent.RequestMet fact) {
    return this;
  }

  @Override
  public RunAccount resumed(RunEvent.Resumed fact) {
    restarts.forget();
    return this;
  }
}
