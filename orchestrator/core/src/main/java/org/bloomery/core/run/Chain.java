package org.bloomery.core.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.training.Progress;

/**
 * Keeps one job queued behind the one that runs: prepares the next attempt, follows its job through
 * the queue, and takes it out again where it must not run. Whether it may run is decided elsewhere,
 * once the current attempt is settled ({@link NextAttempt}); until then nothing here is binding.
 */
final class Chain {
  /** Steps are not all that a training does; validation and saves take some of its time. */
  private static final double OTHER_WORK = 1.1;

  private static final int GONE_LOOKS = 3;

  private final Situation now;
  private final Run run;
  private final Successor successor;

  private Chain(Situation now, Successor successor) {
    this.now = now;
    this.run = now.run();
    this.successor = successor;
  }

  static Decision of(Situation now) {
    Optional<Successor> successor = now.run().successor();
    if (successor.isEmpty()) {
      return prepare(now);
    }
    return successor.get().over() ? Decision.NOTHING : new Chain(now, successor.get()).decide();
  }

  /** Queues the next attempt while one trains, if there will be something left for it to do. */
  private static Decision prepare(Situation now) {
    Run run = now.run();
    RunPolicy policy = now.policy();
    boolean wanted = policy.queueing().prepares() && run.phase() instanceof Phase.Running;
    Optional<JobView> job = wanted ? now.job(now.attempt().job()) : Optional.empty();
    if (job.filter(shown -> shown.state() == JobState.RUNNING).isEmpty()
        || now.askedToEnd().isPresent()
        || now.attempt().wrongStart()
        || !isWorkLeft(now, job.get())) {
      return Decision.NOTHING;
    }
    if (run.committedWith(policy.reservation()).compareTo(policy.budget()) > 0) {
      return Decision.wait("queues no next attempt: the budget has no room for another one");
    }
    Optional<String> refusal = now.refusal(policy.reservation());
    if (refusal.isPresent()) {
      return Decision.wait("queues no next attempt: " + refusal.get());
    }
    long queued = now.jobs().stream().filter(JobView::mayLive).count();
    if (policy.queueing().submittedMax().orElse(Integer.MAX_VALUE) <= queued) {
      return Decision.wait("queues no next attempt: no more jobs may be submitted");
    }
    int number = run.nextAttempt();
    Exclusions exclusions = Exclusions.of(now);
    return new Decision(
        List.of(
            new RunEvent.SuccessorPlanned(
                number, jobSha256(now, number), policy.reservation(), exclusions.nodes())),
        List.of(new Effect.SubmitJob(number)),
        "queues attempt " + number + " behind job " + job.get().key().jobId() + exclusions.words());
  }

  /** What the job would start with if the training went on from its newest checkpoint. */
  static String jobSha256(Situation now, int attempt) {
    Optional<CheckpointRef> newest = now.run().lineage().head().map(SealedCheckpoint::ref);
    return now.policy().scripts().jobSha256(attempt, newest);
  }

  /** Whether the training will not be complete when the time of its job is over. */
  private static boolean isWorkLeft(Situation now, JobView job) {
    Progress progress = now.seen().reading().map(AttemptReading::progress).orElse(Progress.NONE);
    if (progress.steps() == 0 || progress.lastIteration().isEmpty()) {
      return false;
    }
    Instant end = job.startedAt().orElse(now.now()).plus(now.policy().queueing().attemptTime());
    double left = Math.max(0, Duration.between(now.now(), end).toSeconds());
    double step = progress.stepSeconds() / progress.steps() * OTHER_WORK;
    long toDo = now.policy().iterations() - progress.lastIteration().getAsLong();
    return toDo * step > left;
  }

  private Decision decide() {
    Optional<JobView> job = now.job(successor.job());
    if (successor.job().isEmpty()) {
      Optional<JobView> first = now.firstJob(successor.number());
      if (first.isPresent()) {
        return Decision.fact(
            new RunEvent.SuccessorAccepted(first.get().key()),
            "job " + first.get().key().jobId() + " is attempt " + successor.number());
      }
    }
    if (job.isPresent() && job.get().state() == JobState.ENDED) {
      return ended(job.get());
    }
    Optional<String> reason = successor.isBindable() ? reasonToDrop(job) : Optional.empty();
    if (reason.isPresent()) {
      return drop(reason.get());
    }
    if (successor.job().isPresent()) {
      return successor.isBindable() ? queued(job) : away(job);
    }
    return successor.isBindable() ? handedOver() : neverSeen();
  }

  private static Decision drop(String reason) {
    return Decision.fact(
        new RunEvent.SuccessorDropped(reason), "drops the next attempt: " + reason);
  }

  /** Its job is over without ever having been told to go: it is billed, and its number is gone. */
  private Decision ended(JobView job) {
    if (job.usage().isEmpty()) {
      return Decision.wait("the prepared job is over; its accounting is not final yet");
    }
    List<RunEvent> facts = new ArrayList<>();
    facts.add(over(job.detail()));
    facts.add(
        new RunEvent.UsagePosted(
            Settlement.posting(run, Optional.of(successor.number()), job, now.policy())));
    return new Decision(
        facts, List.of(), "prepared job " + job.key().jobId() + " is over: " + job.detail());
  }

  /** It may have had nodes for a while all the same: accounting, which can be late, will tell. */
  private Decision gone(String how) {
    List<RunEvent> facts = new ArrayList<>(List.of(over(how)));
    successor
        .job()
        .filter(job -> run.surplus().size() < Run.SURPLUS_MAX)
        .ifPresent(job -> facts.add(new RunEvent.SurplusSeen(job)));
    return new Decision(
        facts, List.of(), "attempt " + successor.number() + " never started: " + how);
  }

  private RunEvent.AttemptEnded over(String how) {
    List<String> evidence = new ArrayList<>(List.of(how));
    successor.dropped().ifPresent(why -> evidence.add("dropped: " + why));
    return new RunEvent.AttemptEnded(
        successor.number(),
        EndCause.NOT_BOUND,
        evidence,
        List.of(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        0,
        0,
        Optional.empty());
  }

  /** Why it must not run, as far as that is known before the current attempt is settled. */
  private Optional<String> reasonToDrop(Optional<JobView> job) {
    Optional<Request> asked =
        run.asked(Request.Kind.STOP, Request.Kind.CANCEL, Request.Kind.EXHAUSTED);
    if (asked.isPresent()) {
      return Optional.of(asked.get().by() + " asked to end the run");
    }
    if (run.phase() instanceof Phase.Held held && held.reason() != HoldReason.HELD) {
      return Optional.of("the run is held");
    }
    if (run.isFinished()) {
      return Optional.of("the run is over");
    }
    return isGone()
        ? Optional.of("its job has left the queue unseen")
        : comesTooLate(job).or(() -> hasBadNode(job));
  }

  /** What was excluded after its job was queued counts as soon as the job has its nodes. */
  private Optional<String> hasBadNode(Optional<JobView> job) {
    List<String> nodes = job.map(JobView::nodes).orElse(List.of());
    if (nodes.isEmpty() || !(run.phase() instanceof Phase.Ready)) {
      return Optional.empty();
    }
    List<String> excluded = Exclusions.of(now).nodes();
    return nodes.stream()
        .filter(excluded::contains)
        .findFirst()
        .map(node -> "its job has got node " + node + ", which is excluded now");
  }

  /**
   * Whether its job counts as gone. Without a go it can do no harm if it is not: once the run waits
   * for it, a few looks are enough, and if it turns up again it is ended as a surplus job.
   */
  private boolean isGone() {
    boolean waited = !(run.phase() instanceof Phase.Running);
    return successor
        .job()
        .map(job -> now.isLost(job) || (waited && now.seen().absence(job).looks() >= GONE_LOOKS))
        .orElse(false);
  }

  /** A job that holds its nodes waits for its go, but not for long. */
  private Optional<String> comesTooLate(Optional<JobView> job) {
    Optional<Instant> leaves =
        job.filter(shown -> shown.state() == JobState.RUNNING)
            .flatMap(JobView::startedAt)
            .map(start -> start.plus(now.policy().timings().goWait()));
    if (leaves.isEmpty()) {
      return Optional.empty();
    }
    Instant earliest = run.phase() instanceof Phase.Ready ready ? ready.notBefore() : now.now();
    Instant go = earliest.isBefore(now.now()) ? now.now() : earliest;
    return go.isBefore(leaves.get())
        ? Optional.empty()
        : Optional.of("its job has started, and leaves before the run may go on");
  }

  private Decision queued(Optional<JobView> job) {
    if (job.isEmpty()) {
      return Decision.wait("the prepared job is missing; that is no proof yet");
    }
    String place = "attempt " + successor.number() + " waits in the queue";
    return job.get().state() == JobState.PENDING
        ? QueueHold.of(run, job.get()).and(Decision.wait(place))
        : Decision.NOTHING;
  }

  /** Dropped, and its job may still be there. */
  private Decision away(Optional<JobView> job) {
    if (job.isEmpty()) {
      return isGone()
          ? gone("its job has left the queue unseen")
          : Decision.wait("the dropped job is missing; that is no proof yet");
    }
    String why = successor.dropped().orElseThrow();
    return Situation.lives(job.get())
        ? Decision.effect(
            new Effect.CancelJob(job.get().key(), why), "takes the prepared job out of the queue")
        : Decision.wait("nothing is decided on a job state that is not known: " + why);
  }

  /** Dropped, and whether it ever had a job is not known. */
  private Decision neverSeen() {
    return successor.handover().isOver(refusal(), now)
        ? gone("no job of it was seen")
        : Decision.wait("looks for the job of the dropped attempt");
  }

  private Optional<Refusal> refusal() {
    return now.seen().refusal(successor.number());
  }

  private Decision handedOver() {
    return successor
        .handover()
        .next(
            refusal(),
            now,
            new Handover.Cases<>() {
              @Override
              public Decision waits(String why) {
                return Decision.wait("of the next attempt: " + why);
              }

              @Override
              public Decision turnedAway(String why, Instant until) {
                return Decision.fact(
                    new RunEvent.SuccessorDeferred(why, until),
                    "the next attempt is not queued now: " + why);
              }

              @Override
              public Decision handsOver(int number, String why) {
                // The end of the current attempt decides what becomes of one that is not queued.
                return run.phase() instanceof Phase.Running
                    ? new Decision(
                        List.of(new RunEvent.SuccessorTried(number)),
                        List.of(new Effect.SubmitJob(successor.number())),
                        "of the next attempt: " + why)
                    : Decision.NOTHING;
              }

              @Override
              public Decision givesUp(String why) {
                return drop(why);
              }
            });
  }

  /**
   * Why the prepared job cannot serve the attempt that is about to be bound to it, if it cannot.
   *
   * @param from the checkpoint that the attempt is to start from
   */
  static Optional<String> unfit(Situation now, Successor successor, Optional<CheckpointRef> from) {
    String job = now.policy().scripts().jobSha256(successor.number(), from);
    if (!job.equals(successor.jobSha256())) {
      return Optional.of("its job was queued with another script");
    }
    boolean left =
        now.job(successor.job())
            .map(JobView::state)
            .filter(state -> state == JobState.COMPLETING || state == JobState.ENDED)
            .isPresent();
    return left ? Optional.of("its job has left already") : Optional.empty();
  }
}
