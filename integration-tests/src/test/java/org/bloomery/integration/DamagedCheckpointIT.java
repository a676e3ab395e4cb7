package org.bloomery.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: whatever happens to checkpoints between two attempts, the training goes on at the newest
 * intact sealed one, and says why. Method: one real training, stopped and damaged again and again.
 */
class DamagedCheckpointIT {
  private static final RunId RUN = new RunId("damaged");
  private static final String OPTIMIZER_SHARD = "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt";

  @TempDir private Path directory;
  private ControlPlaneProcess server;

  /** Something that happens to the newest checkpoint, in its directory. */
  private interface Damage {
    void to(Path checkpoint) throws IOException;
  }

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void theTrainingGoesOnAtTheNewestIntactSealedCheckpoint() throws Exception {
    Path home = directory.resolve("home");
    try (ControlPlaneProcess started = ControlPlaneProcess.start(home)) {
      server = started;
      NanoTraining.writeCorpus(home);
      server
          .api()
          .submit(
              NanoTraining.spec(RUN.value(), 100_000, 20, ""),
              "damaged.yaml",
              NanoTraining.trainer().toString(),
              false,
              "nobody");

      damage(
          "latest is missing", 0, checkpoint -> Files.delete(checkpoint.resolveSibling("latest")));
      damage(
          "latest is empty",
          0,
          checkpoint -> Files.write(checkpoint.resolveSibling("latest"), new byte[0]));
      damage(
          "latest names global_step987654321, which is not there",
          0,
          checkpoint ->
              Files.writeString(
                  checkpoint.resolveSibling("latest"), "global_step987654321", UTF_8));
      damage("incomplete", 1, DamagedCheckpointIT::halve);
      damage(OPTIMIZER_SHARD, 1, checkpoint -> Files.delete(checkpoint.resolve(OPTIMIZER_SHARD)));
      damage(
          "layer_03-model_00-model_states.pt",
          1,
          checkpoint -> truncate(checkpoint.resolve("layer_03-model_00-model_states.pt")));
      damage("is gone", 1, DamagedCheckpointIT::remove);

      server.api().cancel(RUN, "nobody");
      await("cancelled", run -> run.phase().equals("cancelled"));
    }
  }

  /**
   * One round: train, stop, damage, resume.
   *
   * @param words what the explanation must mention
   * @param back how many sealed checkpoints the next attempt goes back
   */
  private void damage(String words, int back, Damage damage) throws Exception {
    int attempts = server.api().describe(RUN).attempts().size();
    DescriptionView trained =
        await(
            "two sealed checkpoints of a new attempt",
            run ->
                run.attempts().size() > 0
                    && sealed(run).stream()
                            .filter(c -> c.attempt() == Math.max(1, attempts))
                            .count()
                        >= 2);
    server.api().stop(RUN, "nobody");
    DescriptionView held = await("held", run -> run.phase().equals("held"));
    List<CheckpointView> sealed = sealed(held);
    CheckpointView newest = sealed.get(sealed.size() - 1);
    assertThat(newest.iteration())
        .as("the kill switch saves before it leaves")
        .isGreaterThanOrEqualTo(sealed(trained).get(sealed(trained).size() - 1).iteration());
    damage.to(Path.of(newest.directory()));
    long expected = sealed.get(sealed.size() - 1 - back).iteration();

    server.api().resume(RUN, OptionalLong.empty(), "nobody");

    int number = trained.attempts().size() + 1;
    DescriptionView resumed =
        await(
            "the first iteration of attempt " + number,
            run ->
                run.attempts().size() == number
                    && run.attempts().get(number - 1).firstIteration().isPresent());
    AttemptView attempt = resumed.attempts().get(number - 1);
    assertThat(attempt.resumedFrom()).as(words).hasValue(expected);
    assertThat(attempt.firstIteration()).as(words).hasValue(expected + 1);
    assertThat(server.api().explain(RUN).decisions())
        .as("why the training goes on at iteration %d", expected)
        .anyMatch(
            line ->
                line.why().contains("attempt " + number + " starts from a checkpoint")
                    && line.why().contains(words));
  }

  private DescriptionView await(String what, Predicate<DescriptionView> reached) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    DescriptionView run = server.api().describe(RUN);
    while (!reached.test(run)) {
      assertThat(System.nanoTime()).as("waiting for %s: %s", what, run).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(200);
      run = server.api().describe(RUN);
    }
    return run;
  }

  private static List<CheckpointView> sealed(DescriptionView run) {
    return run.checkpoints().stream()
        .filter(CheckpointView::sealed)
        .sorted(Comparator.comparingLong(CheckpointView::iteration))
        .toList();
  }

  private static void halve(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      List<Path> sorted = files.sorted().toList();
      for (Path file : sorted.subList(sorted.size() / 2, sorted.size())) {
        Files.delete(file);
      }
    }
  }

  private static void truncate(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 100);
    }
  }

  private static void remove(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(checkpoint);
  }
}
