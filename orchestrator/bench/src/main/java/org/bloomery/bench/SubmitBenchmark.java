package org.bloomery.bench;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.stream.Stream;
import org.bloomery.controlplane.ControlPlane;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;

/**
 * How fast a control plane submits, beside a bare loop of {@code sbatch} on the same cluster; to be
 * run where SLURM's programs are. All jobs are held, so that what they would do takes nothing away.
 *
 * <p>Both are measured from the start of the first {@code sbatch} to the exit of the last one. Ours
 * has, for each job, a durable intent in ZooKeeper and all files of the attempt on the disk before
 * its {@code sbatch}. They take turns, and each has its median.
 */
final class SubmitBenchmark {
  private static final int JOBS = 300;
  private static final int TURNS = 5;

  /** A server runs for months; these are for its just-in-time compiler. */
  private static final int WARM_UP = 6;

  private static final Duration ANSWER_MAX = Duration.ofMinutes(5);
  private static final String PROFILE = "container.yaml";

  private final Path files;
  private final Path directory;
  private final ProcessRunner programs = new ProcessRunner();

  /**
   * A benchmark.
   *
   * @param files where the profile of the cluster and the spec of a run are
   * @param directory a new one, for homes and for the scripts of the bare loop
   */
  SubmitBenchmark(Path files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  /** Measures, and prints the figures. */
  void run(PrintStream out) throws Exception {
    double[] bare = new double[TURNS];
    double[] ours = new double[TURNS];
    for (int turn = -WARM_UP; turn < TURNS; turn++) {
      Path home = directory.resolve("home-" + turn);
      double oursNow = JOBS / seconds(ours(home));
      clear();
      double bareNow = JOBS / seconds(bare(home, directory.resolve("bare-" + turn)));
      clear();
      out.printf(Locale.ROOT, "turn %d: bare %.1f, ours %.1f%n", turn + 1, bareNow, oursNow);
      if (turn >= 0) {
        ours[turn] = oursNow;
        bare[turn] = bareNow;
      }
    }
    out.printf(Locale.ROOT, "submit-bare %.1f jobs/s%n", median(bare));
    out.printf(Locale.ROOT, "submit-ours %.1f jobs/s%n", median(ours));
    out.printf(Locale.ROOT, "submit-ratio %.2f times%n", median(ours) / median(bare));
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Lets runs gather while the queue cannot be seen, and holds their jobs. */
  private final class Gate implements CommandRunner {
    private final CountDownLatch refusal = new CountDownLatch(1);
    private final CountDownLatch submissions = new CountDownLatch(JOBS);
    private volatile boolean open;
    private final LongAccumulator firstNanos = new LongAccumulator(Long::min, Long.MAX_VALUE);
    private final LongAccumulator lastNanos = new LongAccumulator(Long::max, Long.MIN_VALUE);

    @Override
    public Result run(Command command) throws InterruptedException {
      String program = command.argv().get(0);
      if (program.equals("sbatch")) {
        return open ? submit(held(command)) : programs.run(held(command));
      }
      if (program.equals("squeue") && !open && !command.argv().contains("--version")) {
        refusal.countDown();
        return new Result.NotStarted("the gate is closed");
      }
      return programs.run(command);
    }

    private Result submit(Command command) throws InterruptedException {
      firstNanos.accumulate(System.nanoTime());
      Result result = programs.run(command);
      lastNanos.accumulate(System.nanoTime());
      if (!(result instanceof Result.Finished done) || done.exitCode() != 0) {
        throw new IllegalStateException("sbatch failed: " + result);
      }
      submissions.countDown();
      return result;
    }
  }

  private static CommandRunner.Command held(CommandRunner.Command command) {
    List<String> argv = new ArrayList<>(command.argv());
    argv.add(1, "--hold");
    return new CommandRunner.Command(
        argv,
        command.directory(),
        command.environment(),
        command.timeout(),
        command.outputBytesMax());
  }

  private long ours(Path home) throws Exception {
    Files.createDirectories(home.resolve("clusters"));
    Files.copy(files.resolve(PROFILE), home.resolve("clusters").resolve(PROFILE));
    String spec = Files.readString(files.resolve("tiny.yaml"));
    Gate gate = new Gate();
    try (ControlPlane plane = ControlPlane.open(home, System.getenv(), "bench", gate)) {
      // Nobody looks at a queue while there is no run; this one is not counted.
      submit(plane, spec, "first");
      gate.refusal.await();
      for (int number = 0; number < JOBS; number++) {
        submit(plane, spec, "tiny-" + number);
      }
      gate.open = true;
      if (!gate.submissions.await(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("not all were submitted: " + plane.api().list());
      }
    }
    return gate.lastNanos.get() - gate.firstNanos.get();
  }

  private static void submit(ControlPlane plane, String spec, String name) {
    String text = spec.replace("name: tiny,", "name: " + name + ",");
    plane.api().submit(text, "tiny.yaml", "/specs", false, "ada");
  }

  /** Submits the scripts of the runs of a home by a loop of a shell. */
  private long bare(Path home, Path copies) throws Exception {
    List<String> names = new ArrayList<>();
    try (Stream<Path> runs = Files.list(home.resolve("runs"))) {
      for (Path run : runs.filter(run -> !run.endsWith("first")).sorted().toList()) {
        Path copy = Files.createDirectories(copies.resolve(run.getFileName()));
        Path script = run.resolve("attempts/0001/job.sh");
        Files.copy(script, copy.resolve("job.sh"), StandardCopyOption.COPY_ATTRIBUTES);
        names.add(run.getFileName().toString());
      }
    }
    String loop =
        """
        cd "$1"
        first=$(date +%s%N)
        for run in *; do
          sbatch --hold --parsable --no-requeue --dependency=singleton --job-name="$run" \\
            --chdir="$PWD/$run" "$PWD/$run/job.sh" > /dev/null || exit
        done
        echo $(($(date +%s%N) - first))
        """;
    CommandRunner.Result result =
        programs.run(command(List.of("bash", "-c", loop, "bash", copies.toString())));
    if (names.size() == JOBS
        && result instanceof CommandRunner.Result.Finished done
        && done.exitCode() == 0) {
      return Long.parseLong(done.output().strip());
    }
    throw new IllegalStateException("the bare loop failed: " + result);
  }

  /** Ends all jobs, so that each turn finds an empty queue. */
  private void clear() throws Exception {
    String commands = "scancel --user=\"$USER\"; until [[ -z $(squeue -h) ]]; do sleep 0.2; done";
    programs.run(command(List.of("bash", "-c", commands)));
  }

  private static CommandRunner.Command command(List<String> argv) {
    Map<String, String> environment = new TreeMap<>(System.getenv());
    environment.put("USER", System.getProperty("user.name"));
    return new CommandRunner.Command(argv, Optional.empty(), environment, ANSWER_MAX, 1 << 16);
  }
}
