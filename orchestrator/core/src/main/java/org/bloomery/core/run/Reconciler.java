package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointChooser;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.training.ErrorSignature;
import org.bloomery.core.training.Progress;

/**
 * Decides what follows from a run's state and from what was seen of it. Pure: the same input gives
 * the same decision, and nothing happens here.
 */
public final class Reconciler implements Phase.Cases<Decision> {
  private static final int WORDS_MAX = 300;

  /** A job that never appears will not appear by handing it over once more. */
  private static final int SUBMISSIONS_MAX = 20;

  private final Run run;
  private final Seen seen;
  private final RunPolicy policy;
  private final Instant now;

  private Reconciler(Run run, Seen seen, RunPolicy policy, Instant now) {
    this.run = run;
    this.seen = seen;
    this.policy = policy;
    this.now = now;
  }

  /** What is to be recorded and done now. Not being able to look leads to nothing but waiting. */
  public static Decision decide(Run run, Seen seen, RunPolicy policy, Instant now) {
    return run.phase().match(new Reconciler(run, seen, policy, now));
  }

  @Override
  public Decision ready(Phase.Ready phase) {
    Optional<Decision> obstacle = strayJobs();
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    if (run.request().isPresent()) {
      return withoutJob(run.request().get());
    }
    if (now.isBefore(phase.notBefore())) {
      return Decision.wait("waits until " + phase.notBefore() + " before the next attempt");
    }
    return plan();
  }

  /** Between attempts no job of the run may live: one that might is ended or waited for. */
  private Optional<Decision> strayJobs() {
    if (seen.jobs() instanceof Observation.Unknown unknown) {
      return Optional.of(cannotLook(unknown));
    }
    Optional<JobView> unclear =
        jobs().stream().filter(job -> job.state() == JobState.UNRECOGNISED).findFirst();
    if (unclear.isPresent()) {
      return Optional.of(
          Decision.wait(
              "waits: job "
                  + unclear.get().key().jobId()
                  + " of this run is in a state that is not known: "
                  + unclear.get().detail()));
    }
    List<Effect> cancels = cancelLive(job -> true, "no attempt of the run is current");
    return cancels.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Decision(List.of(), cancels, "ends a job that belongs to no current attempt"));
  }

  private Decision plan() {
    CheckpointChooser.Choice choice =
        CheckpointChooser.choose(run.lineage().sealed(), seen::verdict);
    List<RunEvent> facts = new ArrayList<>();
    for (CheckpointChooser.Rejected rejected : choice.rejected()) {
      facts.add(new RunEvent.CheckpointRejected(rejected.checkpoint().ref(), cut(rejected.why())));
    }
    return switch (choice.outcome()) {
      case CANNOT_TELL -> Decision.wait("waits: " + choice.why());
      // Nothing is recorded as rejected: a person may bring the files back and resume.
      case NONE_INTACT -> hold(HoldReason.NO_USABLE_CHECKPOINT, choice.why());
      case CHOSEN, NONE_SEALED -> plan(choice, facts);
    };
  }

  private Decision plan(CheckpointChooser.Choice choice, List<RunEvent> facts) {
    Optional<CheckpointRef> from = choice.chosen().map(SealedCheckpoint::ref);
    if (from.isPresent() && from.get().iteration() >= policy.iterations()) {
      // The trainer may leave by its exit interval or duration right after its last iteration.
      facts.add(new RunEvent.RunFinished(Outcome.SUCCEEDED));
      return new Decision(facts, List.of(), "the training is complete: " + choice.why());
    }
    GpuSeconds committed = run.posted().plus(policy.reservation());
    if (committed.compareTo(policy.budget()) > 0) {
      String detail = overdraft();
      facts.add(new RunEvent.RunHeld(HoldReason.BUDGET_EXHAUSTED, detail));
      return new Decision(facts, List.of(), "held: " + detail);
    }
    int attempt = run.nextAttempt();
    String body = policy.scripts().bodySha256(attempt, from.map(CheckpointRef::iteration));
    facts.add(
        new RunEvent.AttemptPlanned(attempt, body, Optional.empty(), from, policy.reservation()));
    facts.add(new RunEvent.SubmissionTried(1));
    String why =
        "attempt "
            + attempt
            + " starts "
            + (from.isPresent() ? "from a checkpoint: " : "from the beginning: ")
            + choice.why()
            + (seen.latestFile().isEmpty() ? "" : "; " + seen.latestFile());
    return new Decision(facts, startingEffects(attempt, from), why);
  }

  /** The manifest was written when it was sealed, unless the leader died in between. */
  private List<Effect> startingEffects(int attempt, Optional<CheckpointRef> from) {
    List<Effect> effects = new ArrayList<>();
    if (from.isPresent() && seen.verdict(from.get()) instanceof Verdict.Complete complete) {
      effects.add(new Effect.WriteManifest(from.get(), complete.manifest()));
    }
    effects.add(new Effect.SubmitJob(attempt));
    return effects;
  }

  private String overdraft() {
    return String.format(
        java.util.Locale.ROOT,
        "another attempt reserves %.2f GPU-hours; %.2f of %.2f are used",
        policy.reservation().hours(),
        run.posted().hours(),
        policy.budget().hours());
  }

  @Override
  public Decision submitting(Phase.Submitting phase) {
    if (seen.jobs() instanceof Observation.Unknown unknown) {
      return cannotLook(unknown);
    }
    List<JobView> own =
        jobs().stream()
            .filter(job -> job.attempt().equals(Optional.of(attempt().number())))
            .sorted(
                Comparator.comparingLong((JobView job) -> job.key().submitEpoch())
                    .thenComparing(job -> job.key().jobId()))
            .toList();
    if (!own.isEmpty()) {
      JobView first = own.get(0);
      String why = "job " + first.key().jobId() + " is attempt " + attempt().number();
      return new Decision(List.of(new RunEvent.JobAccepted(first.key())), cancelOthers(first), why);
    }
    if (seen.rejection().isPresent() && run.request().isPresent()) {
      return withoutJob(run.request().get());
    }
    if (seen.rejection().isPresent()) {
      String detail = "the resource manager refused the job: " + seen.rejection().get();
      return hold(HoldReason.REJECTED, detail);
    }
    if (Duration.between(phase.triedAt(), now).compareTo(policy.quiet()) < 0) {
      return Decision.wait(
          "looks for the job of attempt "
              + attempt().number()
              + ", handed over at "
              + phase.triedAt());
    }
    if (run.request().isPresent()) {
      return withoutJob(run.request().get());
    }
    if (phase.tries() >= SUBMISSIONS_MAX) {
      return hold(
          HoldReason.REJECTED,
          "no job appeared after " + phase.tries() + " submissions; the server's log says more");
    }
    return new Decision(
        List.of(new RunEvent.SubmissionTried(phase.tries() + 1)),
        List.of(new Effect.SubmitJob(attempt().number())),
        "no job was seen for " + policy.quiet().toSeconds() + " s: hands it over again");
  }

  @Override
  public Decision pending(Phase.Pending phase) {
    return live();
  }

  @Override
  public Decision running(Phase.Running phase) {
    return live();
  }

  private Decision live() {
    if (seen.jobs() instanceof Observation.Unknown unknown) {
      return cannotLook(unknown);
    }
    Optional<JobView> job = currentJob();
    if (job.isEmpty()) {
      return missing();
    }
    return switch (job.get().state()) {
      case PENDING -> queued(job.get());
      case RUNNING -> trains(job.get());
      case COMPLETING ->
          new Decision(
              List.of(),
              List.of(new Effect.CancelJob(job.get().key(), "its script is over")),
              "waits for the last processes of job " + job.get().key().jobId());
      case ENDED -> {
        String why = "job " + job.get().key().jobId() + " is over: " + job.get().detail();
        yield new Decision(
            List.of(new RunEvent.JobEnded(job.get().detail())), cancelOthers(job.get()), why);
      }
      case UNRECOGNISED ->
          Decision.wait(
              "nothing is decided on a job state that is not known: " + job.get().detail());
    };
  }

  private Decision missing() {
    Seen.Absence absence = seen.absence();
    if (absence.looks() < policy.lostLooks() || absence.span().compareTo(policy.lostAfter()) < 0) {
      return Decision.wait(
          "the job is missing from " + absence.looks() + " answers in a row; that is no proof yet");
    }
    String why =
        "the job is lost: missing from "
            + absence.looks()
            + " answers over "
            + absence.span().toMinutes()
            + " min";
    return new Decision(List.of(new RunEvent.JobEnded(why)), List.of(), why);
  }

  private Decision queued(JobView job) {
    List<Effect> effects = cancelOthers(job);
    if (run.request().isPresent()) {
      effects.add(new Effect.CancelJob(job.key(), "a person asked for it"));
      return new Decision(List.of(), effects, "takes the job out of the queue");
    }
    return new Decision(List.of(), effects, "queued: " + job.detail());
  }

  private Decision trains(JobView job) {
    List<RunEvent> facts = new ArrayList<>();
    List<Effect> effects = cancelOthers(job);
    List<String> why = new ArrayList<>();
    if (run.phase() instanceof Phase.Pending) {
      facts.add(new RunEvent.JobStarted(job.startedAt().orElse(now), job.nodes()));
      why.add("job " + job.key().jobId() + " runs");
    }
    if (isTainted(job, facts, effects, why)) {
      return new Decision(facts, effects, String.join("; ", why));
    }
    Seals seals = Seals.ofLiveJob(run, seen.sightings(), policy.sealDistance(), now);
    facts.addAll(seals.facts());
    effects.addAll(seals.effects());
    why.addAll(seals.words());
    if (run.request().isPresent()) {
      switch (run.request().get().kind()) {
        case CANCEL -> {
          effects.add(new Effect.CancelJob(job.key(), "a person asked for it"));
          why.add("ends the job as asked");
        }
        case STOP -> {
          effects.add(new Effect.TouchKillSwitch(attempt().number()));
          why.add("waits for the training to save and leave, as asked");
        }
      }
    }
    return new Decision(facts, effects, why.isEmpty() ? "trains" : String.join("; ", why));
  }

  /**
   * The first training record must follow the checkpoint, and all of the checkpoint must have been
   * loaded; else what is trained and saved is not what it seems, and must end.
   */
  private boolean isTainted(
      JobView job, List<RunEvent> facts, List<Effect> effects, List<String> why) {
    Progress progress = seen.reading().map(AttemptReading::progress).orElse(Progress.NONE);
    OptionalLong first = progress.firstIteration();
    if (attempt().startedWrong(first, policy.logEvery())) {
      long expected = attempt().expectedFirstIteration(policy.logEvery());
      if (!attempt().wrongStart()) {
        facts.add(new RunEvent.WrongStartSeen(expected, first.getAsLong()));
      }
      effects.add(new Effect.CancelJob(job.key(), "it started at the wrong iteration"));
      String seenAs = first.isPresent() ? "iteration " + first.getAsLong() : "another iteration";
      why.add("ends the job: it started at " + seenAs + " instead of " + expected);
      return true;
    }
    Optional<ErrorSignature> damage =
        progress.errors().stream()
            .filter(error -> error.cause() == EndCause.CHECKPOINT_DAMAGED)
            .findFirst();
    damage.ifPresent(
        error -> {
          effects.add(new Effect.CancelJob(job.key(), "its checkpoint is damaged"));
          why.add("ends the job: it did not load all of its checkpoint: " + error.line());
        });
    return damage.isPresent();
  }

  @Override
  public Decision ending(Phase.Ending phase) {
    if (seen.jobs() instanceof Observation.Unknown unknown) {
      return cannotLook(unknown);
    }
    Optional<JobView> job = currentJob();
    if (job.isEmpty() || job.get().usage().isEmpty()) {
      return Decision.wait("the job is over; its accounting is not final yet");
    }
    if (seen.reading().isEmpty() || !seen.reading().get().toEnd()) {
      return Decision.wait("reads the rest of the log");
    }
    Seals seals = Seals.ofEndedJob(run, seen.sightings(), now);
    boolean cancel = run.request().map(Request::kind).equals(Optional.of(Request.Kind.CANCEL));
    if (seals.unreadable().isPresent() && !cancel) {
      return Decision.wait("cannot settle the checkpoints: " + seals.unreadable().get());
    }
    return Settlement.of(run, job.get(), seen.reading().get(), seals, policy, now);
  }

  @Override
  public Decision held(Phase.Held phase) {
    Optional<Decision> obstacle = strayJobs();
    boolean cancel = run.request().map(Request::kind).equals(Optional.of(Request.Kind.CANCEL));
    if (obstacle.isEmpty() && cancel) {
      return withoutJob(run.request().get());
    }
    return obstacle.orElse(Decision.wait("held: " + phase.detail()));
  }

  @Override
  public Decision finished(Phase.Finished phase) {
    return strayJobs().orElse(Decision.wait("over: " + phase.word()));
  }

  private Decision withoutJob(Request request) {
    return switch (request.kind()) {
      case CANCEL ->
          new Decision(
              List.of(new RunEvent.RunFinished(Outcome.CANCELLED)),
              List.of(),
              "cancelled by " + request.by());
      case STOP -> hold(HoldReason.STOPPED, "stopped by " + request.by());
    };
  }

  /** Evidence is short: many of them must fit into one record. */
  private static String cut(String words) {
    return words.length() <= WORDS_MAX ? words : words.substring(0, WORDS_MAX) + "...";
  }

  private static Decision hold(HoldReason reason, String detail) {
    return new Decision(
        List.of(new RunEvent.RunHeld(reason, detail)), List.of(), "held: " + detail);
  }

  private static Decision cannotLook(Observation.Unknown unknown) {
    return Decision.wait("cannot see the resource manager, so nothing is done: " + unknown.why());
  }

  private Attempt attempt() {
    return run.attempt().orElseThrow();
  }

  private List<JobView> jobs() {
    return seen.jobs() instanceof Observation.Known known ? known.jobs() : List.of();
  }

  private Optional<JobView> currentJob() {
    return jobs().stream()
        .filter(job -> attempt().job().equals(Optional.of(job.key())))
        .findFirst();
  }

  private List<Effect> cancelOthers(JobView kept) {
    return cancelLive(job -> !job.key().equals(kept.key()), "another job is the attempt");
  }

  /** Cancels what is certainly alive; a state that is not known is left alone. */
  private List<Effect> cancelLive(java.util.function.Predicate<JobView> which, String reason) {
    List<Effect> effects = new ArrayList<>();
    for (JobView job : jobs()) {
      if (job.mayLive() && job.state() != JobState.UNRECOGNISED && which.test(job)) {
        effects.add(new Effect.CancelJob(job.key(), reason));
      }
    }
    return effects;
  }
}
