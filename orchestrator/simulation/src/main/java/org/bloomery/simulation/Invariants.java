package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Decision;
import org.bloomery.core.run.Effect;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.run.Seen;
import org.bloomery.core.run.Successor;
import org.bloomery.core.spec.SiteTimings;

/**
 * Watches everything that the control planes decide, record and do, and holds it against how it
 * really is. The promises have the names of the list in docs/simulation.md.
 */
final class Invariants {
  private static final int LOOKS_MAX = 4;
  private static final Duration SETTLING = Duration.ofHours(1);
  private static final String SURPLUS = "it is no attempt's";

  private final Truth truth;
  private final VirtualTime time;
  private final Map<RunId, RunAccount> accounts = new TreeMap<>();
  private final Duration nodeFailGrace;
  private final Duration prompt;
  private Instant calmSince = Instant.MAX;
  private Optional<Violation> violation = Optional.empty();

  Invariants(Truth truth, VirtualTime time, SiteTimings timings) {
    this.truth = truth;
    this.time = time;
    nodeFailGrace = timings.nodeFailGrace();
    prompt = timings.lookInterval().multipliedBy(LOOKS_MAX);
  }

  /** Nothing goes wrong any more; what has gone wrong before is over in a while. */
  void becomeCalm() {
    calmSince = time.instant().plus(SETTLING);
  }

  /** The end of a job is noticed within a few looks, once SLURM shows it. */
  void noticed(RunId run, JobKey key) {
    truth
        .row(key)
        .filter(row -> row.submit.equals(row.job.submit) && !row.job.vanished)
        .flatMap(row -> row.job.gone.map(gone -> gone.plus(grace(row.job))))
        .ifPresent(over -> isPrompt(run, over, "notices the end of " + key));
  }

  private Duration grace(SlurmJob job) {
    return job.state == SlurmJob.State.NODE_FAIL ? nodeFailGrace : Duration.ZERO;
  }

  /** Once the world is calm, what can be done is done within a few looks. */
  void isPrompt(RunId run, Instant since, String what) {
    Instant from = since.isAfter(calmSince) ? since : calmSince;
    require(
        !time.instant().isAfter(calmSince) || !time.instant().isAfter(from.plus(prompt)),
        "L3",
        run + ": " + what + " late, since it could do so from " + since + " on");
  }

  /** The first promise that was broken. */
  Optional<Violation> violation() {
    return violation;
  }

  void broken(String promise, String what) {
    if (violation.isEmpty()) {
      violation = Optional.of(new Violation(promise, what));
    }
  }

  void require(boolean holds, String promise, String what) {
    if (!holds) {
      broken(promise, what);
    }
  }

  /** A run with this budget will be submitted. */
  void expect(RunId run, GpuSeconds budget) {
    accounts.put(run, new RunAccount(this, truth, run, budget));
  }

  /** The runs that were submitted, as the records say. */
  List<Run> runs() {
    return accounts.values().stream().flatMap(account -> account.state().stream()).toList();
  }

  Optional<Run> state(RunId run) {
    return Optional.ofNullable(accounts.get(run)).flatMap(account -> account.state());
  }

  /**
   * Something was decided from what was seen just now.
   *
   * @param hidden whether an answer lately has left something out without saying so
   */
  void decided(Run run, Seen seen, Decision decision, boolean hidden) {
    if (seen.jobs() instanceof Observation.Unknown) {
      require(
          decision.facts().isEmpty() && decision.effects().isEmpty(),
          "S12",
          run.id() + ": " + decision.why() + ", although nothing could be seen");
    }
    for (RunEvent fact : decision.facts()) {
      if (fact instanceof RunEvent.JobEnded) {
        JobKey job = run.attempt().orElseThrow().job().orElseThrow();
        require(
            !truth.lives(job, seen.jobs().asOf(), nodeFailGrace, hidden),
            "S4",
            run.id() + ": job " + job + " counts as over (" + decision.why() + "), but lives");
      }
      if (fact instanceof RunEvent.AttemptEnded ended) {
        closes(run, ended, decision, seen, hidden);
      }
      // Who was overtaken and decides on a state of before is refused: nothing resumes.
      if (state(run.id()).filter(run::equals).isPresent()) {
        resumeOf(fact).ifPresent(from -> resumes(run, from, decision));
      }
    }
    endsSurplus(run, seen, decision);
  }

  /** A prepared attempt that never began is closed without a bill only when its job is gone. */
  private void closes(
      Run run, RunEvent.AttemptEnded ended, Decision decision, Seen seen, boolean hidden) {
    boolean billed = decision.facts().stream().anyMatch(RunEvent.UsagePosted.class::isInstance);
    Optional<JobKey> job =
        run.successor().filter(next -> next.number() == ended.attempt()).flatMap(Successor::job);
    require(
        billed
            || hidden
            || job.isEmpty()
            || !truth.lives(job.get(), seen.jobs().asOf(), nodeFailGrace, false),
        "S8",
        run.id() + ": attempt " + ended.attempt() + " is closed, but its job lives");
  }

  /** Surplus jobs are ended by every decision that sees them alive. */
  private void endsSurplus(Run run, Seen seen, Decision decision) {
    if (!(seen.jobs() instanceof Observation.Known known)) {
      return;
    }
    for (JobView job : known.jobs()) {
      boolean waits = job.state() == JobState.PENDING || job.state() == JobState.RUNNING;
      require(
          !waits
              || !run.surplus().contains(job.key())
              || decision.effects().contains(new Effect.CancelJob(job.key(), SURPLUS)),
          "S3",
          run.id() + ": job " + job.key() + " is no attempt's, and nobody ends it");
    }
  }

  /**
   * A control plane is about to end the job that has this id now: never a stranger's, and one that
   * trains only for a recorded reason.
   */
  void ends(String id) {
    truth.slurm().find(id).ifPresent(this::ends);
  }

  private void ends(SlurmJob job) {
    if (!job.request.directory().startsWith("/runs/")) {
      broken("S3", job + " is a stranger's, and is ended");
      return;
    }
    boolean trains =
        job.runs() && truth.trainings().stream().anyMatch(one -> one.job() == job && one.trains());
    RunAccount account = accounts.get(new RunId(job.request.directory().split("/", -1)[2]));
    require(!trains || account.mayEnd(key(job)), "S2", job + " trains, and is ended for no reason");
  }

  private static JobKey key(SlurmJob job) {
    return new JobKey(
        SimulatedWorld.CLUSTER, Integer.toString(job.id), job.submit.getEpochSecond());
  }

  private static Optional<Optional<CheckpointRef>> resumeOf(RunEvent fact) {
    if (fact instanceof RunEvent.AttemptPlanned planned) {
      return Optional.of(planned.resumeFrom());
    }
    return fact instanceof RunEvent.SuccessorBound next
        ? Optional.of(next.resumeFrom())
        : Optional.empty();
  }

  /** The newest of the lineage that is intact, and nothing else. */
  private void resumes(Run run, Optional<CheckpointRef> from, Decision decision) {
    List<CheckpointRef> rejected = new ArrayList<>();
    for (RunEvent fact : decision.facts()) {
      if (fact instanceof RunEvent.CheckpointRejected bad) {
        rejected.add(bad.checkpoint());
      }
    }
    List<SealedCheckpoint> sealed = run.lineage().sealed();
    Optional<CheckpointRef> newest = Optional.empty();
    for (int i = sealed.size() - 1; i >= 0 && newest.isEmpty(); i--) {
      CheckpointRef ref = sealed.get(i).ref();
      newest = Optional.of(ref).filter(one -> !rejected.contains(one));
    }
    require(
        from.equals(newest),
        "S6",
        run.id() + " resumes from " + from + ", but the newest sealed one is " + newest);
    from.ifPresent(
        ref -> {
          SimulatedCheckpoint checkpoint = truth.checkpoint(run.id(), ref);
          // What was changed before it was sealed, nobody can know.
          require(
              checkpoint.isIntact() || accounts.get(run.id()).wasSealedDamaged(ref),
              "S6",
              run.id() + " resumes from " + ref + ", which is no longer what was saved");
        });
  }

  /**
   * A record has taken effect.
   *
   * @param writer the epoch under which its writer believes to lead
   */
  void recorded(Run after, RunRecord record, long writer, RunStore.Epoch newest) {
    require(
        record.epoch() == newest.number() && writer == newest.number(),
        "S5",
        after.id() + ": leader " + writer + " writes while " + newest.number() + " leads");
    RunAccount account = accounts.get(after.id());
    Optional<Run> before = account.state();
    try {
      Run folded = before.map(run -> run.after(record)).orElseGet(() -> Run.fold(List.of(record)));
      require(folded.equals(after), "S11", after.id() + ": its history does not fold to its state");
    } catch (IllegalStateException e) {
      broken("S11", after.id() + ": " + e.getMessage());
    }
    account.take(after, record.facts());
  }

  /** A control plane is about to run sbatch for an attempt. */
  void submits(RunId run, int attempt, List<String> excludedNodes, List<String> dependencies) {
    RunAccount account = accounts.get(run);
    require(
        dependencies.contains("singleton"),
        "S4",
        run + ": attempt " + attempt + " is submitted without waiting for the others");
    account.submits(attempt, excludedNodes);
  }

  /** A trainer begins to work, from the checkpoint of this iteration. */
  void trains(SimulatedJob training, Optional<Long> from, Instant now) {
    RunId run = new RunId(training.run());
    for (SimulatedJob other : truth.trainings()) {
      if (other.saves().equals(training.saves())) {
        broken(other.trains() ? "S1" : "S3", "two jobs train in " + training.saves());
      }
      boolean sameRun = other.run().equals(training.run()) && other.trains();
      boolean fenced =
          other.isZombie()
              && !now.isBefore(other.job().end.map(end -> end.plus(nodeFailGrace)).orElse(now));
      require(
          !sameRun || fenced,
          "S4",
          run + ": attempt " + training.attempt() + " trains while " + other.attempt() + " does");
    }
    RunAccount account = accounts.get(run);
    Optional<CheckpointRef> recorded = account.bound().get(training.attempt());
    require(recorded != null, "S2", run + ": attempt " + training.attempt() + " was never bound");
    if (recorded != null) {
      require(
          recorded.map(CheckpointRef::iteration).equals(from),
          "S6",
          run + ": attempt " + training.attempt() + " loads " + from + ", recorded is " + recorded);
    }
    truth.trainingStarted(training);
  }

  /** Nothing may be left to be done, once the world has been calm for long. */
  void settled(RunStore store) {
    accounts.forEach(
        (id, account) -> {
          if (account.state().isEmpty()) {
            return;
          }
          require(
              store.load(id).equals(account.state()), "S11", id + ": the store has another state");
          try {
            store.verifyHistory(id);
          } catch (RunStore.StoreException e) {
            broken("S11", e.getMessage());
          }
          for (SlurmDatabase.Row row : truth.accounting().rows()) {
            if (row.job.request.name().startsWith(id + "-") && isOf(row.job, id)) {
              settled(id, account, row);
            }
          }
        });
  }

  private static boolean isOf(SlurmJob job, RunId run) {
    return job.request.directory().startsWith("/runs/" + run + "/")
        && AttemptDirectory.attemptOf(job.request.directory()).isPresent();
  }

  private void settled(RunId run, RunAccount account, SlurmDatabase.Row row) {
    JobKey key = new JobKey("simulated", Integer.toString(row.job.id), row.submit.getEpochSecond());
    boolean last = row.submit.equals(row.job.submit);
    Run state = account.state().orElseThrow();
    boolean kept =
        state.successor().flatMap(next -> next.job()).equals(Optional.of(key))
            || (state.phase() instanceof Phase.Pending
                && state.attempt().flatMap(next -> next.job()).equals(Optional.of(key)));
    require(
        row.job.vanished || !last || row.job.isOver() || kept,
        "S3",
        run + ": " + row.job + " is still there, and nobody ends it");
    boolean costs = row.start.isPresent() && row.elapsed(time.instant()) > 0;
    require(
        row.job.vanished || !costs || account.billed().contains(key),
        "S8",
        run + ": " + row.job + " was never billed");
  }
}
