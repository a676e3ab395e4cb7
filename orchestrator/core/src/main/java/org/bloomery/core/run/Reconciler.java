package org.bloomery.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.budget.Purse;
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
  private final Situation now;
  private final Run run;
  private final Seen seen;
  private final RunPolicy policy;

  private Reconciler(Situation now) {
    this.now = now;
    this.run = now.run();
    this.seen = now.seen();
    this.policy = now.policy();
  }

  /**
   * What is to be recorded and done now. Not being able to look leads to nothing but waiting.
   *
   * <p>First what is true beside the current attempt: jobs that are nobody's, and the job that is
   * queued behind it. What they change is recorded alone, so that everything else is decided on the
   * state after it.
   */
  public static Decision decide(Run run, Seen seen, RunPolicy policy, Instant time) {
    return decide(run, seen, policy, List.of(), time);
  }

  /**
   * The same where the run's account is limited.
   *
   * @param purses the allocations, and shares of them, that pay for the run
   */
  public static Decision decide(
      Run run, Seen seen, RunPolicy policy, List<Purse> purses, Instant time) {
    if (seen.jobs() instanceof Observation.Unknown unknown) {
      return Decision.wait("cannot see the resource manager, so nothing is done: " + unknown.why());
    }
    Situation now = new Situation(run, seen, policy, purses, time);
    Decision aside = Surplus.of(now).and(QueueHold.released(now));
    if (!aside.facts().isEmpty()) {
      return aside;
    }
    Decision next = Chain.of(now);
    if (!next.facts().isEmpty()) {
      return next.and(aside);
    }
    return run.phase().match(new Reconciler(now)).and(next).and(aside);
  }

  @Override
  public Decision ready(Phase.Ready phase) {
    Optional<Decision> obstacle = obstacle();
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    if (now.askedToEnd().isPresent()) {
      return withoutJob(now.askedToEnd().get());
    }
    if (now.now().isBefore(phase.notBefore())) {
      return Decision.wait("waits until " + phase.notBefore() + " before the next attempt");
    }
    return NextAttempt.of(now);
  }

  /**
   * Between attempts no job of the run may live but one that waits for its go; one that might is
   * ended or waited for.
   */
  private Optional<Decision> obstacle() {
    Optional<JobView> unclear =
        now.jobs().stream().filter(job -> job.state() == JobState.UNRECOGNISED).findFirst();
    if (unclear.isPresent()) {
      return Optional.of(
          Decision.wait(
              "waits: job "
                  + unclear.get().key().jobId()
                  + " of this run is in a state that is not known: "
                  + unclear.get().detail()));
    }
    if (now.jobs().stream().anyMatch(job -> Situation.lives(job) && !now.isOwn(job))) {
      return Optional.of(Decision.wait("waits for the end of a job that is no attempt's"));
    }
    return run.successor().filter(next -> next.isOpen() && !next.isBindable()).isPresent()
        ? Optional.of(Decision.wait("waits for the end and the bill of the dropped attempt"))
        : Optional.empty();
  }

  @Override
  public Decision submitting(Phase.Submitting phase) {
    Optional<JobView> first = now.firstJob(attempt().number());
    if (first.isPresent()) {
      return Decision.fact(
          new RunEvent.JobAccepted(first.get().key()),
          "job " + first.get().key().jobId() + " is attempt " + attempt().number());
    }
    Handover handover = phase.handover();
    Optional<Refusal> refusal = seen.refusal(attempt().number());
    Optional<Request> ending = now.askedToEnd();
    if (ending.isPresent() && handover.isOver(refusal, now)) {
      return withoutJob(ending.get());
    }
    return handover.next(refusal, now, submissions());
  }

  private Handover.Cases<Decision> submissions() {
    return new Handover.Cases<>() {
      @Override
      public Decision waits(String why) {
        return Decision.wait(why);
      }

      @Override
      public Decision turnedAway(String why, Instant until) {
        return Decision.fact(
            new RunEvent.SubmissionDeferred(why, until), "the job is not taken now: " + why);
      }

      @Override
      public Decision handsOver(int number, String why) {
        return new Decision(
            List.of(new RunEvent.SubmissionTried(number)),
            List.of(new Effect.SubmitJob(attempt().number())),
            why);
      }

      @Override
      public Decision givesUp(String why) {
        return hold(HoldReason.REJECTED, why);
      }
    };
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
    Optional<JobView> job = now.job(attempt().job());
    if (job.isEmpty()) {
      return missing();
    }
    return switch (job.get().state()) {
      case PENDING -> queued(job.get());
      case RUNNING -> trains(job.get());
      case COMPLETING ->
          Decision.effect(
              new Effect.CancelJob(job.get().key(), "its script is over"),
              "waits for the last processes of job " + job.get().key().jobId());
      case ENDED ->
          Decision.fact(
              new RunEvent.JobEnded(job.get().detail()),
              "job " + job.get().key().jobId() + " is over: " + job.get().detail());
      case UNRECOGNISED ->
          Decision.wait(
              "nothing is decided on a job state that is not known: " + job.get().detail());
    };
  }

  private Decision missing() {
    Seen.Absence absence = seen.absence(attempt().job().orElseThrow());
    if (!now.isLost(attempt().job().orElseThrow())) {
      return Decision.wait(
          "the job is missing from " + absence.looks() + " answers in a row; that is no proof yet");
    }
    String why =
        "the job is lost: missing from "
            + absence.looks()
            + " answers over "
            + absence.span().toMinutes()
            + " min";
    return Decision.fact(new RunEvent.JobEnded(why), why);
  }

  private Decision queued(JobView job) {
    if (run.asked(Request.Kind.STOP, Request.Kind.CANCEL).isPresent()) {
      return Decision.effect(
          new Effect.CancelJob(job.key(), "a person asked for it"),
          "takes the job out of the queue");
    }
    if (run.asked(Request.Kind.SAVE).isPresent()) {
      return Decision.fact(
          new RunEvent.RequestMet(), "nothing trains, so there is nothing to save");
    }
    return Decision.wait("queued: " + job.detail()).and(QueueHold.of(run, job)).and(goes());
  }

  /** A job that was queued before it was known what it trains is told; again, if need be. */
  private Decision goes() {
    return seen.goMissing()
        ? Decision.effect(new Effect.BindAttempt(attempt().number()), "tells its job to go")
        : Decision.NOTHING;
  }

  private Decision trains(JobView job) {
    List<RunEvent> facts = new ArrayList<>();
    List<Effect> effects = new ArrayList<>();
    List<String> why = new ArrayList<>();
    if (run.phase() instanceof Phase.Pending) {
      facts.add(new RunEvent.JobStarted(job.startedAt().orElse(now.now()), job.nodes()));
      why.add("job " + job.key().jobId() + " runs");
    }
    if (isTainted(job, facts, effects, why)) {
      return new Decision(facts, effects, String.join("; ", why));
    }
    Seals seals =
        Seals.ofLiveJob(run, seen.sightings(), policy.timings().sealScanDistance(), now.now());
    facts.addAll(seals.facts());
    effects.addAll(seals.effects());
    why.addAll(seals.words());
    run.request().ifPresent(request -> obey(request, job, effects, why));
    exhaustion()
        .ifPresent(
            words -> {
              facts.add(new RunEvent.Requested(Request.Kind.EXHAUSTED, "the budget"));
              why.add(words);
            });
    return new Decision(facts, effects, why.isEmpty() ? "trains" : String.join("; ", why))
        .and(goes());
  }

  /** A person's stop ends it as well, and a cancel does so sooner. */
  private Optional<String> exhaustion() {
    boolean ends =
        run.asked(Request.Kind.STOP, Request.Kind.CANCEL, Request.Kind.EXHAUSTED).isPresent();
    return ends ? Optional.empty() : now.exhaustion();
  }

  private void obey(Request request, JobView job, List<Effect> effects, List<String> why) {
    switch (request.kind()) {
      case CANCEL -> {
        effects.add(new Effect.CancelJob(job.key(), "a person asked for it"));
        why.add("ends the job as asked");
      }
      case STOP -> {
        effects.add(new Effect.TouchKillSwitch(attempt().number()));
        why.add("waits for the training to save and leave, as asked");
      }
      case SAVE -> {
        effects.add(new Effect.TouchKillSwitch(attempt().number()));
        why.add("waits for the training to save, as asked; it goes on in the next attempt");
      }
      case EXHAUSTED -> {
        effects.add(new Effect.TouchKillSwitch(attempt().number()));
        why.add("waits for the training to save and leave: nothing is left to pay it with");
      }
      case HOLD -> why.add("trains; no attempt follows, as asked");
      case RELEASE -> {}
    }
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
    Optional<JobView> job = now.job(attempt().job());
    if (job.isEmpty() || job.get().usage().isEmpty()) {
      return Decision.wait("the job is over; its accounting is not final yet");
    }
    if (seen.reading().isEmpty() || !seen.reading().get().toEnd()) {
      return Decision.wait("reads the rest of the log");
    }
    Seals seals = Seals.ofEndedJob(run, seen.sightings(), now.now());
    boolean cancel = run.asked(Request.Kind.CANCEL).isPresent();
    if (seals.unreadable().isPresent() && !cancel) {
      return Decision.wait("cannot settle the checkpoints: " + seals.unreadable().get());
    }
    return Settlement.of(run, job.get(), seen.reading().get(), seals, policy, now.now());
  }

  @Override
  public Decision held(Phase.Held phase) {
    Optional<Decision> obstacle = obstacle();
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    Optional<Request> cancel = run.asked(Request.Kind.CANCEL);
    if (cancel.isPresent()) {
      return withoutJob(cancel.get());
    }
    Optional<Request> release = run.asked(Request.Kind.RELEASE);
    if (release.isPresent() && phase.reason() == HoldReason.HELD) {
      return Decision.fact(new RunEvent.RunReady(now.now()), "released by " + release.get().by());
    }
    return Decision.wait("held: " + phase.detail());
  }

  @Override
  public Decision finished(Phase.Finished phase) {
    return obstacle().orElse(Decision.wait("over: " + phase.word()));
  }

  private Decision withoutJob(Request request) {
    return switch (request.kind()) {
      case CANCEL ->
          Decision.fact(
              new RunEvent.RunFinished(Outcome.CANCELLED), "cancelled by " + request.by());
      case STOP -> hold(HoldReason.STOPPED, "stopped by " + request.by());
      case HOLD -> hold(HoldReason.HELD, "held by " + request.by());
      case EXHAUSTED -> hold(HoldReason.BUDGET_EXHAUSTED, RestartPolicy.EXHAUSTED);
      case SAVE, RELEASE -> throw new IllegalStateException(request + " ends nothing");
    };
  }

  private static Decision hold(HoldReason reason, String detail) {
    return Decision.fact(new RunEvent.RunHeld(reason, detail), "held: " + detail);
  }

  private Attempt attempt() {
    return now.attempt();
  }
}
