package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: when the leader is killed, another leads and acts soon, and no training notices. Method: a
 * leader is killed with SIGKILL while many runs live; at that moment somebody cancels one of them
 * at the control plane that stands by, and the time is taken until that training is gone. All
 * others must still be what they were: one training each, in the same process. {@code ./verify
 * failover} repeats it more often, with more runs, and shows the figures.
 */
class FailoverZooKeeperIT {
  private static final int REPETITIONS = Integer.getInteger("failover.repetitions", 2);
  private static final int LIVE = Integer.getInteger("failover.runs", 8);

  @TempDir private Path directory;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void aKilledLeaderIsReplacedAndNoTrainingNotices() throws Exception {
    List<Duration> times = new ArrayList<>();
    try (ControlPlanes planes = ControlPlanes.start(directory);
        SleepingTrainings trainings = new SleepingTrainings(planes.home())) {
      List<RunId> runs = new ArrayList<>();
      for (int i = 0; i < LIVE + REPETITIONS; i++) {
        RunId run = new RunId("sleeper-" + i);
        runs.add(run);
        trainings.submit(planes.process(planes.leader()).api(), run);
      }
      for (RunId run : runs) {
        trainings.await(run);
      }
      SortedMap<String, List<Long>> living = trainings.living();
      for (RunId run : runs.subList(0, REPETITIONS)) {
        times.add(replaceLeader(planes, trainings, run));
        living.remove(run + "/attempts/0001");
        assertThat(trainings.living()).as("after the cancel of %s", run).isEqualTo(living);
      }
      end(planes, trainings, runs);
    }
    print(times);
  }

  /** Kills the leader, and gives the time until another has ended this run's training. */
  private static Duration replaceLeader(
      ControlPlanes planes, SleepingTrainings trainings, RunId cancelled) throws Exception {
    int leader = planes.leader();
    int standby = ControlPlanes.other(leader);
    ControlPlaneApi api = planes.process(standby).api();
    long epoch = api.server().epoch();
    ProcessHandle training = ProcessHandle.of(trainings.only(cancelled)).orElseThrow();

    planes.process(leader).kill();
    long killed = System.nanoTime();
    api.cancel(cancelled, "nobody");
    Waiting.until("the end of " + cancelled, () -> !training.isAlive());
    Duration time = Duration.ofNanos(System.nanoTime() - killed);

    assertThat(api.server().leads()).isTrue();
    assertThat(api.server().epoch()).isGreaterThan(epoch);
    int ready = readiness(planes.process(leader));
    planes.process(leader).launch();
    planes.process(leader).awaitAnswer();
    assertThat(planes.view(leader).leads()).isFalse();
    Waiting.until("it is ready", () -> readiness(planes.process(leader)) > ready);
    return time;
  }

  /** How often it said so; one that has stood by for a while knows the runs. */
  private static int readiness(ControlPlaneProcess process) throws IOException {
    return process.log().split("ready to look after", -1).length;
  }

  private static void end(ControlPlanes planes, SleepingTrainings trainings, List<RunId> runs)
      throws Exception {
    ControlPlaneApi api = planes.process(planes.leader()).api();
    for (RunId run : runs) {
      assertThat(api.describe(run).attempts()).as("attempts of %s", run).hasSize(1);
      if (!api.status(run).phase().equals("cancelled")) {
        api.cancel(run, "nobody");
      }
    }
    Waiting.until("the end of all trainings", () -> trainings.living().isEmpty());
  }

  private static void print(List<Duration> times) {
    double limit = 1.25 * ControlPlanes.SESSION_SECONDS + 2;
    List<Double> seconds =
        new ArrayList<>(times.stream().map(time -> time.toMillis() / 1000.0).toList());
    Collections.sort(seconds);
    print("live", LIVE, "runs");
    print("repetitions", seconds.size(), "times");
    print("session", ControlPlanes.SESSION_SECONDS, "s");
    print("median", seconds.get(seconds.size() / 2), "s");
    print("max", seconds.get(seconds.size() - 1), "s");
    print("limit", limit, "s");
    print("late", (double) seconds.stream().filter(time -> time > limit).count(), "times");
  }

  private static void print(String name, double value, String unit) {
    System.out.printf(Locale.ROOT, "failover-%s %.2f %s%n", name, value, unit);
  }
}
