package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.assertj.core.api.SoftAssertions;
import org.bloomery.simulation.InMemoryRunStore.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain of jobs whose control plane dies, or whose store breaks down, at any one moment. */
final class ChainCrashTest {
  private static final ChainStory.Ending GOOD =
      new ChainStory.Ending("succeeded", List.of(), 1, LoopWorld.TARGET, true, 0, 1, true, 1);

  @TempDir private Path home;

  /** How the story ended in one world, and whether something was done to its control plane. */
  private record Played(String where, ChainStory.Ending ending, int disturbances) {}

  @Test
  void aCrashAtAnyMomentBreaksNoRuleOfTheChain() throws Exception {
    CrashPoints all = CrashPoints.none();
    assertThat(new ChainStory(world("counted", all)).ending()).isEqualTo(GOOD);
    List<String> moments = all.reached();
    assertThat(moments)
        .contains("before hold", "after hold", "before release", "after release")
        .contains("before submit", "after cancel", "before recordNodes", "after record");
    List<Callable<Played>> worlds = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      int n = i;
      worlds.add(
          () -> {
            ChainStory story = new ChainStory(world("moment-" + n, CrashPoints.at(n)));
            ChainStory.Ending ending = story.ending();
            return new Played("moment " + n + ", " + moments.get(n), ending, story.crashes());
          });
    }

    assertThat(disturbances(worlds)).isEqualTo(moments.size()).isGreaterThan(100);
  }

  @Test
  void aStoreThatBreaksDownAtAnyWriteBreaksNoRuleOfTheChain() throws Exception {
    LoopWorld calm = world("calm", CrashPoints.none());
    long writes = new ChainStory(calm).play().version();
    List<Callable<Played>> worlds = new ArrayList<>();
    for (Fault fault : List.of(Fault.LOST_BEFORE_COMMIT, Fault.LOST_AFTER_COMMIT)) {
      for (long v = 1; v <= writes; v++) {
        long version = v;
        worlds.add(
            () -> {
              boolean[] struck = {false};
              InMemoryRunStore store =
                  new InMemoryRunStore(
                      (run, next) -> {
                        boolean now = next == version && !struck[0];
                        struck[0] |= now;
                        return now ? Optional.of(fault) : Optional.empty();
                      });
              String where = fault + "-" + version;
              LoopWorld world =
                  new LoopWorld(home(where), store, CrashPoints.none(), LoopWorld.Site.QUEUE);
              return new Played(where, new ChainStory(world).ending(), struck[0] ? 1 : 0);
            });
      }
    }

    assertThat(disturbances(worlds)).isEqualTo(2 * (int) writes);
  }

  private static int disturbances(List<Callable<Played>> worlds) throws Exception {
    List<Played> all = Worlds.play(worlds);
    SoftAssertions softly = new SoftAssertions();
    all.forEach(one -> softly.assertThat(one.ending()).as(one.where()).isEqualTo(GOOD));
    softly.assertAll();
    return all.stream().mapToInt(Played::disturbances).sum();
  }

  private LoopWorld world(String name, CrashPoints crashes) throws IOException {
    return new LoopWorld(home(name), new InMemoryRunStore(), crashes, LoopWorld.Site.QUEUE);
  }

  private Path home(String name) throws IOException {
    return Files.createDirectory(home.resolve(name));
  }
}
