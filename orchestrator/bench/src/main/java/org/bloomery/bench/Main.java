package org.bloomery.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs one of the benchmarks; its last lines are its figures, {@code name value unit}. */
public final class Main {
  private static final List<String> NAMES = List.of("plan", "store");

  private Main() {}

  /** Takes the benchmark's name; exit code 2 if there is no such. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments.length != 1 || !NAMES.contains(arguments[0])) {
      System.err.println("bench: there are: " + String.join(", ", NAMES));
      System.exit(2);
    }
    if (arguments[0].equals("store")) {
      StoreBenchmark.run(out);
      return;
    }
    double plan = milliseconds("plan");
    double yaml = milliseconds("yaml");
    out.printf(Locale.ROOT, "plan-ms %.3f ms%n", plan);
    out.printf(Locale.ROOT, "yaml-ms %.3f ms%n", yaml);
    out.printf(Locale.ROOT, "plan-to-yaml %.2f times%n", plan / yaml);
  }

  private static double milliseconds(String method) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include("^" + PlanBenchmark.class.getName().replace(".", "\\.") + "\\." + method + "$")
            // Compiled at once and not when a busy machine comes to it: else nothing gets warm.
            .jvmArgsAppend("-Xbatch", "-Dbloomery.root=" + System.getProperty("bloomery.root"))
            .forks(1)
            .warmupIterations(5)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(2))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Collection<RunResult> results = new Runner(options).run();
    // The median: on a machine that does other things, too, a mean tells of those.
    return results.iterator().next().getPrimaryResult().getStatistics().getPercentile(50);
  }
}
