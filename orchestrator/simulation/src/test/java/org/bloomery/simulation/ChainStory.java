package org.bloomery.simulation;

import static org.bloomery.simulation.LoopWorld.SMALL;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.run.Successor;

/**
 * A training in a chain of jobs: while the first one trains and the second one waits, a person
 * holds the run and releases it later; then a node fails under the one that trains.
 */
final class ChainStory extends Story {
  static final GpuSeconds BUDGET = GpuSeconds.ofHours(5);

  /** The attempt after the one that the person has held, or the one after it. */
  private static final int UNLUCKY = 2;

  /**
   * What must be so however often the control plane has died.
   *
   * @param gaps where an attempt did not go on after its checkpoint, or left something out
   * @param overdrafts states in which more was posted and reserved than the budget has
   */
  record Ending(
      String phase,
      List<String> gaps,
      long nodeFailures,
      long last,
      boolean billed,
      int overdrafts,
      int mostTrainings,
      boolean held,
      int blames) {}

  ChainStory(LoopWorld world) {
    super(world);
    world.cluster().plot(UNLUCKY, JobPlot.NORMAL.diesAfter(15, JobPlot.Death.NODE_LOST));
  }

  @Override
  void ask(Run run) {
    boolean queued =
        run.successor().filter(Successor::isBindable).flatMap(Successor::job).isPresent();
    if (queued && !asked(Request.Kind.HOLD)) {
      world().hold(SMALL);
    } else if (run.phase() instanceof Phase.Held && !asked(Request.Kind.RELEASE)) {
      world().release(SMALL);
    }
  }

  private boolean asked(Request.Kind kind) {
    return world().records(SMALL).stream()
        .flatMap(record -> record.facts().stream())
        .anyMatch(fact -> fact instanceof RunEvent.Requested asked && asked.kind() == kind);
  }

  Ending ending() {
    Run run = play();
    List<RunHistory.AttemptSummary> attempts = world().history(SMALL).attempts();
    return new Ending(
        run.phase().word(),
        gaps(attempts),
        attempts.stream().filter(attempt -> cause(attempt) == EndCause.NODE_FAILURE).count(),
        run.lineage().head().orElseThrow().ref().iteration(),
        run.posted().equals(world().cluster().used(SMALL))
            && run.reserved().equals(GpuSeconds.ZERO)
            && !run.hasOpenBills(),
        (int) world().states(SMALL).stream().filter(ChainStory::isOverdrawn).count(),
        world().cluster().mostTrainings(SMALL),
        world().states(SMALL).stream().anyMatch(ChainStory::isHeldByPerson),
        world().store().nodes("queue").node("n1").map(node -> node.failureCount()).orElse(0));
  }

  private static boolean isOverdrawn(Run run) {
    return run.committedWith(GpuSeconds.ZERO).compareTo(BUDGET) > 0;
  }

  private static boolean isHeldByPerson(Run run) {
    return run.phase() instanceof Phase.Held held && held.reason() == HoldReason.HELD;
  }

  private static EndCause cause(RunHistory.AttemptSummary attempt) {
    return attempt.end().orElseThrow().cause();
  }

  /** Each attempt that trained must go on after its checkpoint, and that after what was done. */
  private static List<String> gaps(List<RunHistory.AttemptSummary> attempts) {
    List<String> gaps = new ArrayList<>();
    long done = 0;
    for (RunHistory.AttemptSummary attempt : attempts) {
      Optional<RunEvent.AttemptEnded> end = attempt.end().filter(e -> e.steps() > 0);
      if (end.isEmpty()) {
        continue;
      }
      long from = attempt.resumedFrom().map(CheckpointRef::iteration).orElse(0L);
      if (from > done || end.get().firstIteration().orElseThrow() != from + 1) {
        gaps.add("attempt " + attempt.number() + " starts from " + from + ", done is " + done);
      }
      done = end.get().lastIteration().orElseThrow();
    }
    return gaps;
  }
}
