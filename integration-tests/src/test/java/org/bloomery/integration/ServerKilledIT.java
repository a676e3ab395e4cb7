package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.controlplane.api.DescriptionView;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a control plane that dies at any moment loses nothing and runs nothing twice. Method: a
 * real training that leaves by itself every few iterations, so that every phase comes by many
 * times, under a server that is killed with SIGKILL at 20 random moments; a watcher counts the
 * trainings that live at once.
 */
class ServerKilledIT {
  private static final int KILLS = 20;
  private static final int ITERATIONS = 700;
  private static final int EXIT_EVERY = 100;
  private static final RunId RUN = new RunId("killed");

  private static final Pattern NUMBER = Pattern.compile("\"(startEpoch|endEpoch)\": ?(\\d+)");

  @TempDir private Path directory;

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void aServerKilledTwentyTimesFinishesTheRunOnce() throws Exception {
    Path home = directory.resolve("home");
    long seed = System.nanoTime();
    System.out.println("ServerKilledIT: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<String> doubles = new ArrayList<>();
    int kills = 0;
    try (ControlPlaneProcess server = ControlPlaneProcess.start(home)) {
      NanoTraining.writeCorpus(home);
      String spec =
          NanoTraining.spec(RUN.value(), ITERATIONS, 25, "--exit-interval, \"" + EXIT_EVERY + "\"");
      server.api().submit(spec, "killed.yaml", NanoTraining.trainer().toString(), false, "nobody");
      while (kills < KILLS) {
        watch(home, random.nextLong(200, 5000), doubles);
        server.kill();
        kills++;
        watch(home, random.nextLong(0, 500), doubles);
        server.launch();
        // Some are killed before they have come up.
        if (random.nextInt(4) > 0) {
          server.awaitAnswer();
        }
      }
      server.awaitAnswer();
      RunView end = awaitEnd(server, home, doubles);

      assertThat(end.phase()).as(end.why()).isEqualTo("succeeded");
      assertThat(doubles).as("trainings that lived at once").isEmpty();
      checkAttempts(server.api().describe(RUN), home);
      checkBill(server.api().usage(Optional.of(RUN)), home);
      assertThat(server.api().server().epoch()).isGreaterThan(KILLS / 2);
    }
    assertThat(kills).isEqualTo(KILLS);
  }

  private static void watch(Path home, long millis, List<String> doubles) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    do {
      List<Long> first = NanoTraining.rank(home, RUN.value(), 0);
      // A rank that is being replaced by its own program shows twice for a moment: look again.
      if (trainings(first).size() > 1
          && trainings(NanoTraining.rank(home, RUN.value(), 0)).size() > 1) {
        doubles.add(first.toString());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    } while (System.nanoTime() < end);
  }

  /** The attempt directories of these processes. */
  private static List<String> trainings(List<Long> ranks) {
    return ranks.stream()
        .flatMap(
            pid -> {
              try {
                return Stream.of(
                    Files.readString(
                            Path.of("/proc/" + pid + "/environ"),
                            java.nio.charset.StandardCharsets.ISO_8859_1)
                        .split("\0"));
              } catch (IOException e) {
                return Stream.empty();
              }
            })
        .filter(e -> e.startsWith("BLOOMERY_SESSION="))
        .distinct()
        .toList();
  }

  private static RunView awaitEnd(ControlPlaneProcess server, Path home, List<String> doubles)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(8);
    RunView now = server.api().status(RUN);
    while (!ControlPlaneProcess.phasesWithoutJob().contains(now.phase())) {
      assertThat(System.nanoTime()).as("stuck: %s", now).isLessThan(end);
      watch(home, 300, doubles);
      now = server.api().status(RUN);
    }
    return now;
  }

  /** Each attempt goes on where a sealed checkpoint ends, and ran once. */
  private static void checkAttempts(DescriptionView run, Path home) throws IOException {
    assertThat(run.iteration()).hasValue(ITERATIONS);
    assertThat(run.attempts()).hasSizeGreaterThanOrEqualTo(ITERATIONS / EXIT_EVERY);
    List<Long> sealed = run.checkpoints().stream().map(c -> c.iteration()).toList();
    for (AttemptView attempt : run.attempts()) {
      long from = attempt.resumedFrom().orElse(0);
      if (attempt.number() > 1) {
        assertThat(sealed).contains(from);
      }
      assertThat(attempt.firstIteration()).hasValue(from + 1);
      Path log = attemptDirectory(home, attempt.number()).resolve("train.log");
      assertThat(Files.readString(log).split("BLOOMERY start ", -1)).hasSize(2);
    }
  }

  /** The ledger equals what the jobs themselves wrote, to the second. */
  private static void checkBill(UsageView usage, Path home) throws IOException {
    long sum = 0;
    for (UsageView.Row row : usage.rows()) {
      String exit = Files.readString(attemptDirectory(home, row.attempt()).resolve("exit.json"));
      Matcher numbers = NUMBER.matcher(exit);
      long seconds = 0;
      while (numbers.find()) {
        long value = Long.parseLong(numbers.group(2));
        seconds += numbers.group(1).equals("endEpoch") ? value : -value;
      }
      assertThat(row.gpuSeconds()).as("attempt %d", row.attempt()).isEqualTo(2 * seconds);
      sum += row.gpuSeconds();
    }
    assertThat(usage.gpuSeconds()).isEqualTo(sum).isPositive();
    assertThat(usage.rows()).extracting(UsageView.Row::attempt).doesNotHaveDuplicates();
  }

  private static Path attemptDirectory(Path home, int attempt) {
    return Path.of(
        org.bloomery.core.id.AttemptDirectory.of(home.resolve("runs").toString(), RUN, attempt));
  }
}
