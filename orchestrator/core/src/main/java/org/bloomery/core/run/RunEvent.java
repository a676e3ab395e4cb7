package org.bloomery.core.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.training.Pauses;

/** A fact in the life of a run; a run's state is what its facts, replayed in order, make of it. */
public sealed interface RunEvent {

  /** The first fact of every run. */
  record RunSubmitted(RunId run, SpecRef spec, String account, String by) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.runSubmitted(this);
    }
  }

  /**
   * The intent to run an attempt; from here on its budget is reserved.
   *
   * @param bodySha256 of the script that will train
   * @param jobId the resource manager's id, where it gives one before the effect (YARN)
   * @param resumeFrom the checkpoint to start from; empty means from the beginning
   * @param excludedNodes nodes that its job may not get, besides those of the spec
   */
  record AttemptPlanned(
      int attempt,
      String bodySha256,
      Optional<String> jobId,
      Optional<CheckpointRef> resumeFrom,
      GpuSeconds reserved,
      List<String> excludedNodes)
      implements RunEvent {
    public AttemptPlanned {
      excludedNodes = List.copyOf(excludedNodes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.attemptPlanned(this);
    }
  }

  /** The job is about to be handed to the resource manager (again). */
  record SubmissionTried(int tries) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.submissionTried(this);
    }
  }

  /** The resource manager did not take the job now; it is offered again later. */
  record SubmissionDeferred(String why, Instant until) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.submissionDeferred(this);
    }
  }

  /** The attempt's job was seen at the resource manager. */
  record JobAccepted(JobKey job) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.jobAccepted(this);
    }
  }

  /** The attempt's job was seen running. */
  record JobStarted(Instant startedAt, List<String> nodes) implements RunEvent {
    public JobStarted {
      nodes = List.copyOf(nodes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.jobStarted(this);
    }
  }

  /**
   * The intent to queue the job of the next attempt behind the current one; from here on the budget
   * holds back both.
   *
   * @param jobSha256 of the script that the job starts with
   * @param excludedNodes nodes that its job may not get, besides those of the spec
   */
  record SuccessorPlanned(
      int attempt, String jobSha256, GpuSeconds reserved, List<String> excludedNodes)
      implements RunEvent {
    public SuccessorPlanned {
      excludedNodes = List.copyOf(excludedNodes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.successorPlanned(this);
    }
  }

  /** The successor's job is about to be handed over again. */
  record SuccessorTried(int tries) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.successorTried(this);
    }
  }

  /** The resource manager did not take the successor's job now; it is offered again later. */
  record SuccessorDeferred(String why, Instant until) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.successorDeferred(this);
    }
  }

  /** The successor's job was seen at the resource manager. */
  record SuccessorAccepted(JobKey job) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.successorAccepted(this);
    }
  }

  /** The successor must not run: it will never be told to go. */
  record SuccessorDropped(String why) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.successorDropped(this);
    }
  }

  /**
   * The successor becomes the current attempt; only now is it decided what it trains.
   *
   * @param resumeFrom the checkpoint to start from; empty means from the beginning
   * @param excludedNodes nodes that its job may not get, besides those of the spec
   */
  record SuccessorBound(
      int attempt,
      String bodySha256,
      Optional<CheckpointRef> resumeFrom,
      List<String> excludedNodes)
      implements RunEvent {
    public SuccessorBound {
      excludedNodes = List.copyOf(excludedNodes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.successorBound(this);
    }
  }

  /**
   * A job of this run is no attempt's: it will be ended, and billed. It was seen, or it has left
   * the queue unseen and accounting is still to tell what it used.
   */
  record SurplusSeen(JobKey job) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.surplusSeen(this);
    }
  }

  /** A checkpoint was complete and at rest: a training may start from it. */
  record CheckpointSealed(SealedCheckpoint checkpoint) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.checkpointSealed(this);
    }
  }

  /** A sealed checkpoint is no longer what it was: no training will start from it. */
  record CheckpointRejected(CheckpointRef checkpoint, String reason) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.checkpointRejected(this);
    }
  }

  /** The first training record did not follow the checkpoint: the attempt must be ended. */
  record WrongStartSeen(long expected, long seen) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.wrongStartSeen(this);
    }
  }

  /** The job is over: no process of it lives. */
  record JobEnded(String detail) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.jobEnded(this);
    }
  }

  /**
   * The verdict on an attempt, with which it is closed: nothing that it still writes counts.
   *
   * @param evidence the lines and fields that the verdict rests on
   * @param steps how many training records the attempt logged
   * @param stepSeconds the sum of what their steps took, in seconds
   * @param pauses absent where nobody asked for them yet
   */
  record AttemptEnded(
      int attempt,
      EndCause cause,
      List<String> evidence,
      List<String> badNodes,
      OptionalLong firstIteration,
      OptionalLong lastIteration,
      long steps,
      double stepSeconds,
      Optional<Pauses> pauses)
      implements RunEvent {
    public AttemptEnded {
      evidence = List.copyOf(evidence);
      badNodes = List.copyOf(badNodes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.attemptEnded(this);
    }
  }

  /**
   * A job's final bill; it consumes the reservation of its attempt. Where it names no attempt, the
   * job was a surplus one.
   */
  record UsagePosted(Posting posting) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.usagePosted(this);
    }
  }

  /** The next attempt may be planned from then on. */
  record RunReady(Instant notBefore) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.runReady(this);
    }
  }

  /** The run waits for a person. */
  record RunHeld(HoldReason reason, String detail) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.runHeld(this);
    }
  }

  /** The run is over. */
  record RunFinished(Outcome outcome) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.runFinished(this);
    }
  }

  /** A person asked for something. */
  record Requested(Request.Kind kind, String by) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.requested(this);
    }
  }

  /** What a person had asked for is brought about. */
  record RequestMet() implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.requestMet(this);
    }
  }

  /**
   * A person let a held run go on.
   *
   * @param from go on from the checkpoint of this iteration and leave the newer ones aside
   */
  record Resumed(String by, OptionalLong from) implements RunEvent {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.resumed(this);
    }
  }

  /** Calls the one case of this fact. */
  <R> R match(Cases<R> cases);

  /** One method per fact: a new fact breaks every implementer at compile time. */
  interface Cases<R> {
    R runSubmitted(RunSubmitted fact);

    R attemptPlanned(AttemptPlanned fact);

    R submissionTried(SubmissionTried fact);

    R submissionDeferred(SubmissionDeferred fact);

    R jobAccepted(JobAccepted fact);

    R jobStarted(JobStarted fact);

    R successorPlanned(SuccessorPlanned fact);

    R successorTried(SuccessorTried fact);

    R successorDeferred(SuccessorDeferred fact);

    R successorAccepted(SuccessorAccepted fact);

    R successorDropped(SuccessorDropped fact);

    R successorBound(SuccessorBound fact);

    R surplusSeen(SurplusSeen fact);

    R checkpointSealed(CheckpointSealed fact);

    R checkpointRejected(CheckpointRejected fact);

    R wrongStartSeen(WrongStartSeen fact);

    R jobEnded(JobEnded fact);

    R attemptEnded(AttemptEnded fact);

    R usagePosted(UsagePosted fact);

    R runReady(RunReady fact);

    R runHeld(RunHeld fact);

    R runFinished(RunFinished fact);

    R requested(Requested fact);

    R requestMet(RequestMet fact);

    R resumed(Resumed fact);
  }
}
