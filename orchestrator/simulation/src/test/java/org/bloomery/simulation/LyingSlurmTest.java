package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever SLURM does to its answers, the resource manager says what is true, or that it cannot.
 */
class LyingSlurmTest {
  private static final int SEEDS = 60;
  private static final int STEPS = 120;

  @TempDir private Path temporary;

  /**
   * Many stories, each with habits of its own; every claim of the resource manager is held against
   * the truth at once. Every kind of lie must have been told.
   */
  @Test
  void nothingUntrueIsBelievedAndEverythingIsKnownInTheEnd() throws Exception {
    Map<Lie, Integer> told = new EnumMap<>(Lie.class);
    int looks = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      SplittableRandom chance = new SplittableRandom(seed);
      LiedTo story =
          new LiedTo(temporary.resolve("seed-" + seed), LyingSlurm.habits(chance.split()), chance);
      for (int step = 0; step < STEPS; step++) {
        story.step("seed " + seed + ", step " + step);
      }
      story.endHonestly("seed " + seed);
      story.told().forEach((lie, times) -> told.merge(lie, times, Integer::sum));
      looks += story.clearLooks();
    }

    assertThat(told).as("lies told").containsOnlyKeys(Lie.values());
    assertThat(looks).as("looks that could be judged").isGreaterThan(SEEDS * STEPS / 10);
  }

  @Test
  void theSameSeedTellsTheSameStory() throws Exception {
    assertThat(storyOf(7, "a")).isEqualTo(storyOf(7, "b")).isNotEqualTo(storyOf(8, "c"));
  }

  private List<String> storyOf(long seed, String name) throws Exception {
    SplittableRandom chance = new SplittableRandom(seed);
    LiedTo story = new LiedTo(temporary.resolve(name), LyingSlurm.habits(chance.split()), chance);
    for (int step = 0; step < STEPS; step++) {
      story.step(name);
    }
    return story.trace();
  }

  @Test
  void anHonestLiarPassesEverythingOnAndADelayedCommandComesThrough() throws Exception {
    List<Command> arrived = new ArrayList<>();
    Instant[] now = {Instant.EPOCH};
    LyingSlurm liar =
        new LyingSlurm(
            command -> {
              arrived.add(command);
              return new Result.Finished(0, "4711\n", "", false);
            },
            () -> now[0],
            new SplittableRandom(1),
            Map.of(Lie.TIMED_OUT_DONE_LATER, 1.0),
            Duration.ofHours(1));
    Command submit = LiedTo.command("sbatch", "job.sh");

    assertThat(liar.run(submit))
        .isInstanceOfSatisfying(
            Result.Finished.class, done -> assertThat(done.errors()).contains("Socket timed out"));
    assertThat(arrived).isEmpty();
    assertThat(liar.told()).containsExactly(Map.entry(Lie.TIMED_OUT_DONE_LATER, 1));

    liar.beHonest();
    now[0] = now[0].plusSeconds(3600);
    Command ask = LiedTo.command("squeue", "--all");
    assertThat(liar.run(ask)).isEqualTo(new Result.Finished(0, "4711\n", "", false));
    assertThat(arrived).containsExactly(submit, ask);
  }

  /** Also where the command is the last argument of ssh. */
  @Test
  void aCommandIsRecognisedThroughSsh() throws Exception {
    LyingSlurm liar =
        new LyingSlurm(
            command -> new Result.Finished(0, "row\n", "", false),
            () -> Instant.EPOCH,
            new SplittableRandom(1),
            Map.of(Lie.DATABASE_DOWN, 1.0),
            Duration.ZERO);

    liar.run(LiedTo.command("ssh", "--", "login1", "exec /bin/sh -c 'x' bloomery sacct --all"));
    liar.run(LiedTo.command("ssh", "--", "login1", "exec /bin/sh -c 'x' bloomery squeue --all"));

    assertThat(liar.told()).containsExactly(Map.entry(Lie.DATABASE_DOWN, 1));
  }
}
