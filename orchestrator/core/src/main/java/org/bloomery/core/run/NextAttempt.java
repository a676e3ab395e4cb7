package org.bloomery.core.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointChooser;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.checkpoint.Verdict;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;

/**
 * Decides what the next attempt is, once nothing of the run lives: from which checkpoint it starts,
 * whether the budget bears it, and whether a job that waits in the queue serves it.
 */
final class NextAttempt {
  private static final int WORDS_MAX = 300;

  private final Situation now;
  private final Run run;
  private final RunPolicy policy;
  private final CheckpointChooser.Choice choice;
  private final Optional<CheckpointRef> from;
  private final List<RunEvent> facts = new ArrayList<>();

  private NextAttempt(Situation now) {
    this.now = now;
    this.run = now.run();
    this.policy = now.policy();
    this.choice = CheckpointChooser.choose(run.lineage().sealed(), now.seen()::verdict);
    this.from = choice.chosen().map(SealedCheckpoint::ref);
  }

  static Decision of(Situation now) {
    return new NextAttempt(now).decide();
  }

  private Decision decide() {
    for (CheckpointChooser.Rejected rejected : choice.rejected()) {
      facts.add(new RunEvent.CheckpointRejected(rejected.checkpoint().ref(), cut(rejected.why())));
    }
    return switch (choice.outcome()) {
      case CANNOT_TELL -> Decision.wait("waits: " + choice.why());
      // Nothing is recorded as rejected: a person may bring the files back and resume.
      case NONE_INTACT ->
          Decision.fact(
              new RunEvent.RunHeld(HoldReason.NO_USABLE_CHECKPOINT, choice.why()),
              "held: " + choice.why());
      case CHOSEN, NONE_SEALED -> goOn();
    };
  }

  private Decision goOn() {
    if (from.isPresent() && from.get().iteration() >= policy.iterations()) {
      // The trainer may leave by its exit interval or duration right after its last iteration.
      facts.add(new RunEvent.RunFinished(Outcome.SUCCEEDED));
      return new Decision(facts, List.of(), "the training is complete: " + choice.why());
    }
    Optional<Successor> waiting = run.successor().filter(Successor::isBindable);
    // What a prepared attempt needs is held back already.
    GpuSeconds more = waiting.isPresent() ? GpuSeconds.ZERO : policy.reservation();
    Optional<String> refusal =
        run.committedWith(more).compareTo(policy.budget()) > 0
            ? Optional.of(overdraft())
            : now.refusal(more);
    if (refusal.isPresent()) {
      facts.add(new RunEvent.RunHeld(HoldReason.BUDGET_EXHAUSTED, refusal.get()));
      return new Decision(facts, List.of(), "held: " + refusal.get());
    }
    Exclusions exclusions = Exclusions.of(now);
    return waiting.isPresent() ? bind(waiting.get(), exclusions) : plan(exclusions);
  }

  private Decision plan(Exclusions exclusions) {
    int attempt = run.nextAttempt();
    String body = policy.scripts().bodySha256(attempt, from);
    facts.add(
        new RunEvent.AttemptPlanned(
            attempt, body, Optional.empty(), from, policy.reservation(), exclusions.nodes()));
    facts.add(new RunEvent.SubmissionTried(1));
    List<Effect> effects = manifest();
    effects.add(new Effect.SubmitJob(attempt));
    return new Decision(facts, effects, starts(attempt) + exclusions.words());
  }

  private Decision bind(Successor waiting, Exclusions exclusions) {
    if (waiting.job().isPresent() && now.job(waiting.job()).isEmpty()) {
      return Decision.wait("the prepared job is missing; looks for it");
    }
    List<String> excluded = exclusions.nodes();
    Optional<String> unfit = Chain.unfit(now, waiting, from);
    if (unfit.isPresent()) {
      return Decision.fact(
          new RunEvent.SuccessorDropped(unfit.get()), "drops the prepared attempt: " + unfit.get());
    }
    int attempt = waiting.number();
    String body = policy.scripts().bodySha256(attempt, from);
    facts.add(new RunEvent.SuccessorBound(attempt, body, from, excluded));
    List<Effect> effects = manifest();
    now.job(waiting.job())
        .filter(job -> job.state() == JobState.PENDING && !excluded.equals(waiting.excluded()))
        .map(JobView::key)
        .ifPresent(job -> effects.add(new Effect.ExcludeNodes(job, allExcluded(excluded))));
    effects.add(new Effect.BindAttempt(attempt));
    return new Decision(
        facts, effects, starts(attempt) + exclusions.words() + "; its job waits in the queue");
  }

  private List<String> allExcluded(List<String> excluded) {
    List<String> all = new ArrayList<>(policy.nodes().excluded());
    all.addAll(excluded);
    return all;
  }

  private String starts(int attempt) {
    return "attempt "
        + attempt
        + " starts "
        + (from.isPresent() ? "from a checkpoint: " : "from the beginning: ")
        + choice.why()
        + (now.seen().latestFile().isEmpty() ? "" : "; " + now.seen().latestFile());
  }

  /** It was written when the checkpoint was sealed, unless the leader died in between. */
  private List<Effect> manifest() {
    List<Effect> effects = new ArrayList<>();
    if (from.isPresent() && now.seen().verdict(from.get()) instanceof Verdict.Complete complete) {
      effects.add(new Effect.WriteManifest(from.get(), complete.manifest()));
    }
    return effects;
  }

  private String overdraft() {
    return String.format(
        Locale.ROOT,
        "another attempt reserves %.2f GPU-hours; %.2f of %.2f are used",
        policy.reservation().hours(),
        run.posted().hours(),
        policy.budget().hours());
  }

  /** Evidence is short: many of them must fit into one record. */
  private static String cut(String words) {
    return words.length() <= WORDS_MAX ? words : words.substring(0, WORDS_MAX) + "...";
  }
}
