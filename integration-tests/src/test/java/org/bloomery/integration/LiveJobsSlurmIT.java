package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.bloomery.controlplane.loop.Rounds;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.core.spec.SiteTimings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: a site's controller is asked as rarely for a thousand runs as for ten, and our own work on
 * them is small. Method: real runs whose jobs are held in the queue of a real cluster; the commands
 * of one round of the control loop are counted, and what the round takes besides them is printed.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LiveJobsSlurmIT {
  private static final List<Integer> LIVE = List.of(10, 100, 1000);
  private static final int ROUNDS = 5;

  private SlurmContainer cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = SlurmContainer.start(SlurmSettings.ofNodes(1));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aThousandLiveJobsCostNoMoreCommandsThanTen() throws Exception {
    List<Map<String, Integer>> counts = new ArrayList<>();
    int submitted = 0;
    for (int live : LIVE) {
      submit(submitted, live);
      submitted = live;
      counts.add(measure(live));
    }

    assertThat(counts).containsOnly(Map.of("squeue", 1));
  }

  /** Submits more runs until there are so many, and waits until the queue has shown their jobs. */
  private void submit(int from, int to) throws Exception {
    String spec = SlurmControlPlane.resource("tiny.yaml");
    try (SlurmControlPlane plane = lead(LiveJobsSlurmIT::held, Duration.ofSeconds(2)).start()) {
      for (int number = from; number < to; number++) {
        String name = "name: live-" + number + ",";
        plane.api().submit(spec.replace("name: tiny,", name), "tiny.yaml", "/specs", false, "ada");
      }
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
      while (plane.api().list().stream().filter(run -> run.phase().equals("pending")).count()
          < to) {
        assertThat(System.nanoTime()).as("%s", plane.api().list()).isLessThan(end);
        TimeUnit.SECONDS.sleep(1);
      }
    }
  }

  /** The commands of one round, which must be the same in all of them. */
  private Map<String, Integer> measure(int live) throws Exception {
    CountedCommands commands = new CountedCommands(new ProcessRunner());
    Set<Map<String, Integer>> counts = new HashSet<>();
    try (SlurmControlPlane plane = lead(commands, Duration.ofMillis(1))) {
      for (int round = 0; round < ROUNDS; round++) {
        Map<String, Integer> before = commands.counts();
        long nanosBefore = commands.nanos();
        long start = System.nanoTime();
        Rounds.once(plane.loops());
        long took = System.nanoTime() - start;
        long inCommands = commands.nanos() - nanosBefore;
        counts.add(difference(commands.counts(), before));
        print(live, round, "in-commands", inCommands);
        print(live, round, "own-work", took - inCommands);
      }
      assertThat(plane.api().list())
          .hasSize(live)
          .allMatch(run -> run.phase().equals("pending") && run.why().contains("JobHeldUser"));
    }
    assertThat(counts).hasSize(1);
    return counts.iterator().next();
  }

  private static void print(int live, int round, String what, long nanos) {
    System.out.printf(Locale.ROOT, "live-%d-round-%d-%s %.3f s%n", live, round, what, nanos / 1e9);
  }

  private static Map<String, Integer> difference(
      Map<String, Integer> after, Map<String, Integer> before) {
    Map<String, Integer> difference = new TreeMap<>(after);
    before.forEach((program, count) -> difference.merge(program, -count, Integer::sum));
    difference.values().removeIf(count -> count == 0);
    return difference;
  }

  private SlurmControlPlane lead(CommandRunner commands, Duration interval) throws Exception {
    SiteTimings timings =
        new SiteTimings(
            Duration.ofSeconds(1),
            interval,
            interval,
            Duration.ofMinutes(15),
            Duration.ofMinutes(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMinutes(30),
            20,
            Duration.ofHours(2));
    return new SlurmControlPlane(cluster.directory().resolve("home"), cluster, commands, timings);
  }

  /** Jobs that stay in the queue, and that nobody lets go. */
  private static CommandRunner.Result held(CommandRunner.Command command)
      throws InterruptedException {
    List<String> argv = new ArrayList<>(command.argv());
    if (argv.get(0).equals("sbatch")) {
      argv.add(1, "--hold");
    }
    return new ProcessRunner()
        .run(
            new CommandRunner.Command(
                argv,
                command.directory(),
                command.environment(),
                command.timeout(),
                command.outputBytesMax()));
  }
}
