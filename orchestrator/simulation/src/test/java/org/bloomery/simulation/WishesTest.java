package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.simulation.LoopWorld.Site;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which wish stands against which, and what is refused. */
final class WishesTest {
  @TempDir private Path home;
  private LoopWorld world;

  @BeforeEach
  void open() {
    world = new LoopWorld(home, new InMemoryRunStore(), CrashPoints.none(), Site.QUEUE);
    world.cluster().plot(1, JobPlot.NORMAL.queuedFor(Duration.ofSeconds(5)));
    world.submit(SMALL);
  }

  private Request.Kind pending() {
    return world.run(SMALL).request().orElseThrow().kind();
  }

  private static void assertRefused(ThrowingCallable wish, String words) {
    assertThatThrownBy(wish)
        .isInstanceOfSatisfying(
            ApiException.class, no -> assertThat(no.kind()).isEqualTo(ApiException.Kind.REFUSED))
        .hasMessageContaining(words);
  }

  @Test
  void onlyWhatTrainsCanSave() {
    world.untilPhase(SMALL, "pending");
    assertRefused(() -> world.save(SMALL), "is pending: only a training that runs can save");
    world.untilPhase(SMALL, "running");
    world.hold(SMALL);
    assertRefused(() -> world.save(SMALL), "release or stop it");
  }

  @Test
  void theStrongerWishStands() {
    world.untilPhase(SMALL, "running");
    world.save(SMALL);
    world.hold(SMALL);
    assertThat(pending()).isEqualTo(Request.Kind.HOLD);
    world.stop(SMALL);
    world.hold(SMALL);
    world.save(SMALL);
    assertThat(pending()).isEqualTo(Request.Kind.STOP);
    world.cancel(SMALL);
    world.stop(SMALL);
    world.release(SMALL);
    assertThat(pending()).isEqualTo(Request.Kind.CANCEL);
  }

  @Test
  void theSameWishTwiceIsRecordedOnce() {
    world.untilPhase(SMALL, "pending");
    world.hold(SMALL);
    Run once = world.run(SMALL);
    world.hold(SMALL);
    assertThat(world.run(SMALL)).isEqualTo(once);
  }

  @Test
  void aHeldRunIsReleasedAndOneThatIsHeldForAReasonIsResumed() {
    world.untilPhase(SMALL, "running");
    assertRefused(() -> world.release(SMALL), "is not held by anybody");
    world.stop(SMALL);
    world.untilPhase(SMALL, "held");
    assertRefused(() -> world.release(SMALL), "bloomery resume small");
    assertRefused(() -> world.hold(SMALL), "is held already: stopped by ada");
    assertRefused(() -> world.stop(SMALL), "is held already");
    world.resume(SMALL);

    world.hold(SMALL);
    Run held = world.untilPhase(SMALL, "held");
    world.hold(SMALL);
    assertThat(world.run(SMALL)).isEqualTo(held);
    world.release(SMALL);
    world.untilPhase(SMALL, "succeeded");
    assertRefused(() -> world.hold(SMALL), "is over (succeeded)");
  }
}
