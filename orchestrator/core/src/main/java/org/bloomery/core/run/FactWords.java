package org.bloomery.core.run;

import java.util.List;
import org.bloomery.core.ledger.Posting;

/** Says each fact in one short sentence for people. */
public final class FactWords implements RunEvent.Cases<String> {
  private static final FactWords WORDS = new FactWords();

  private FactWords() {}

  public static String of(RunEvent fact) {
    return fact.match(WORDS);
  }

  @Override
  public String runSubmitted(RunEvent.RunSubmitted fact) {
    return "submitted by " + fact.by();
  }

  @Override
  public String attemptPlanned(RunEvent.AttemptPlanned fact) {
    return "attempt "
        + fact.attempt()
        + " planned "
        + fact.resumeFrom().map(ref -> "from " + ref).orElse("from the beginning")
        + ", "
        + fact.reserved().value()
        + " GPU-seconds reserved"
        + without(fact.excludedNodes());
  }

  @Override
  public String submissionTried(RunEvent.SubmissionTried fact) {
    return fact.tries() == 1 ? "job handed over" : "job handed over, try " + fact.tries();
  }

  @Override
  public String submissionDeferred(RunEvent.SubmissionDeferred fact) {
    return "job not taken now: " + fact.why();
  }

  @Override
  public String jobAccepted(RunEvent.JobAccepted fact) {
    return "job " + fact.job().jobId() + " seen";
  }

  @Override
  public String jobStarted(RunEvent.JobStarted fact) {
    return "job started on " + String.join(",", fact.nodes());
  }

  @Override
  public String successorPlanned(RunEvent.SuccessorPlanned fact) {
    return "attempt "
        + fact.attempt()
        + " prepared, "
        + fact.reserved().value()
        + " GPU-seconds reserved"
        + without(fact.excludedNodes());
  }

  @Override
  public String successorTried(RunEvent.SuccessorTried fact) {
    return "prepared job handed over, try " + fact.tries();
  }

  @Override
  public String successorDeferred(RunEvent.SuccessorDeferred fact) {
    return "prepared job not taken now: " + fact.why();
  }

  @Override
  public String successorAccepted(RunEvent.SuccessorAccepted fact) {
    return "prepared job " + fact.job().jobId() + " seen";
  }

  @Override
  public String successorDropped(RunEvent.SuccessorDropped fact) {
    return "prepared attempt dropped: " + fact.why();
  }

  @Override
  public String successorBound(RunEvent.SuccessorBound fact) {
    return "prepared attempt "
        + fact.attempt()
        + " goes on "
        + fact.resumeFrom().map(ref -> "from " + ref).orElse("from the beginning")
        + without(fact.excludedNodes());
  }

  @Override
  public String surplusSeen(RunEvent.SurplusSeen fact) {
    return "job " + fact.job().jobId() + " is no attempt's";
  }

  @Override
  public String checkpointSealed(RunEvent.CheckpointSealed fact) {
    return "checkpoint of " + fact.checkpoint().ref() + " sealed";
  }

  @Override
  public String checkpointRejected(RunEvent.CheckpointRejected fact) {
    return "checkpoint of " + fact.checkpoint() + " rejected: " + fact.reason();
  }

  @Override
  public String wrongStartSeen(RunEvent.WrongStartSeen fact) {
    return "training started at iteration " + fact.seen() + " instead of " + fact.expected();
  }

  @Override
  public String jobEnded(RunEvent.JobEnded fact) {
    return "job over: " + fact.detail();
  }

  @Override
  public String attemptEnded(RunEvent.AttemptEnded fact) {
    return "attempt " + fact.attempt() + " ended: " + fact.cause().words();
  }

  @Override
  public String usagePosted(RunEvent.UsagePosted fact) {
    return posted(fact.posting());
  }

  @Override
  public String runReady(RunEvent.RunReady fact) {
    return "next attempt from " + fact.notBefore();
  }

  @Override
  public String runHeld(RunEvent.RunHeld fact) {
    return "held: " + fact.detail();
  }

  @Override
  public String runFinished(RunEvent.RunFinished fact) {
    return switch (fact.outcome()) {
      case SUCCEEDED -> "succeeded";
      case CANCELLED -> "cancelled";
    };
  }

  @Override
  public String requested(RunEvent.Requested fact) {
    return switch (fact.kind()) {
      case STOP -> fact.by() + " asks to save and stop";
      case CANCEL -> fact.by() + " asks to cancel";
      case SAVE -> fact.by() + " asks to save and go on";
      case HOLD -> fact.by() + " asks to hold";
      case RELEASE -> fact.by() + " asks to release";
      case EXHAUSTED -> fact.by() + " is used up: the training is to save and stop";
    };
  }

  @Override
  public String requestMet(RunEvent.RequestMet fact) {
    return "done as asked";
  }

  @Override
  public String resumed(RunEvent.Resumed fact) {
    return fact.by()
        + " resumes"
        + (fact.from().isPresent() ? " from iteration " + fact.from().getAsLong() : "");
  }

  private static String without(List<String> nodes) {
    return nodes.isEmpty() ? "" : ", without " + String.join(",", nodes);
  }

  private static String posted(Posting posting) {
    return posting.charged().value()
        + " GPU-seconds posted for "
        + (posting.attempt().isPresent() ? "job " : "surplus job ")
        + posting.job().jobId();
  }
}
