package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.SoftAssertions;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is cancelled while one job of it trains and another one waits, and whose control plane
 * dies at any one moment: both jobs are ended and billed, and nothing follows.
 */
final class CancelCrashTest {
  private static final long CANCELLED_AFTER = 6;

  private static final Ending GOOD = new Ending("cancelled", List.of(EndCause.CANCELLED), true, 1);

  @TempDir private Path home;

  /**
   * How it came out.
   *
   * @param ends of the attempts that had begun to train
   * @param settled whether exactly what was used is billed, and nothing is held back
   */
  private record Ending(String phase, List<EndCause> ends, boolean settled, int mostTrainings) {}

  /** One world's ending, and whether its control plane died. */
  private record Played(String where, Ending ending, int crashes) {}

  private static final class CancelStory extends Story {
    CancelStory(LoopWorld world) {
      super(world);
    }

    @Override
    void ask(Run run) {
      // By then the next job is queued, or on its way.
      boolean trains = world().cluster().iteration(SMALL, 1) >= CANCELLED_AFTER;
      if (trains && !run.isFinished() && run.asked(Request.Kind.CANCEL).isEmpty()) {
        world().cancel(SMALL);
      }
    }

    Ending ending() {
      Run run = play();
      List<EndCause> ends =
          world().history(SMALL).attempts().stream()
              .flatMap(attempt -> attempt.end().stream())
              .filter(end -> end.steps() > 0)
              .map(RunEvent.AttemptEnded::cause)
              .toList();
      boolean settled =
          run.posted().equals(world().cluster().used(SMALL))
              && run.reserved().equals(GpuSeconds.ZERO)
              && !run.hasOpenBills();
      return new Ending(run.phase().word(), ends, settled, world().cluster().mostTrainings(SMALL));
    }
  }

  @Test
  void aCrashAtAnyMomentOfACancelLeadsToTheSameEnd() throws Exception {
    CrashPoints all = CrashPoints.none();
    assertThat(new CancelStory(world("counted", all)).ending()).isEqualTo(GOOD);
    List<String> moments = all.reached();
    assertThat(moments).contains("before cancel", "after cancel", "before record", "after submit");
    List<Callable<Played>> worlds = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      int n = i;
      worlds.add(
          () -> {
            CancelStory story = new CancelStory(world("moment-" + n, CrashPoints.at(n)));
            Ending ending = story.ending();
            return new Played("moment " + n + ", " + moments.get(n), ending, story.crashes());
          });
    }

    List<Played> played = Worlds.play(worlds);
    SoftAssertions softly = new SoftAssertions();
    played.forEach(one -> softly.assertThat(one.ending()).as(one.where()).isEqualTo(GOOD));
    softly.assertAll();
    assertThat(played).allMatch(one -> one.crashes() == 1);
  }

  private LoopWorld world(String name, CrashPoints crashes) throws IOException {
    return new LoopWorld(
        Files.createDirectory(home.resolve(name)),
        new InMemoryRunStore(),
        crashes,
        LoopWorld.Site.QUEUE);
  }
}
