package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.core.run.Run;
import org.bloomery.core.script.AttemptFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: each attempt runs the revision of its spec that holds where it starts. */
final class ControlLoopRevisionsTest {
  private static final String REVISIONS =
      """
        revisions:
          - fromIteration: 10
            reason: a smaller batch in shorter jobs
            set:
              batch: {micro: 2}
              resources: {timeLimit: 20m}
              launcher: {exitDuration: 15m}
          - fromIteration: 25
            reason: nobody gets here
            set: {batch: {micro: 1}}
      """;

  @TempDir private Path home;
  private LoopWorld world;

  @BeforeEach
  void open() {
    world = new LoopWorld(home, new InMemoryRunStore());
  }

  @Test
  void anAttemptThatStartsAfterARevisionRunsIt() throws IOException {
    world.cluster().plot(1, JobPlot.NORMAL.diesAfter(14, JobPlot.Death.RANK_KILLED));
    world.submit(LoopWorld.specText(SMALL) + REVISIONS);

    Run first = world.until(SMALL, run -> run.attempt().isPresent());
    Run second = world.until(SMALL, run -> run.attempt().orElseThrow().number() == 2);
    world.untilPhase(SMALL, "succeeded");

    assertThat(script(1)).contains("--micro-batch-size 4", "--exit-duration-in-mins 25");
    assertThat(script(2)).contains("--micro-batch-size 2", "--exit-duration-in-mins 15");
    assertThat(first.reserved().value() - second.reserved().value())
        .as("ten minutes less on two devices")
        .isEqualTo(2 * 10 * 60);
    List<AttemptView> attempts = world.loop().ask(api -> api.describe(SMALL)).attempts();
    assertThat(attempts).extracting(a -> a.revision().getAsInt()).containsExactly(0, 1);
  }

  /** The whole of it is judged before anything runs. */
  @Test
  void aRevisionThatCouldNotBeLoadedIsRefusedAtOnce() {
    String text = LoopWorld.specText(SMALL) + REVISIONS.replace("{micro: 1}}", "{micro: 3}}");
    assertThatThrownBy(() -> world.submit(text))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("1 problem");
  }

  private String script(int attempt) throws IOException {
    return Files.readString(
        world.attemptDirectory(SMALL, attempt).resolve(AttemptFiles.BODY_SCRIPT));
  }
}
