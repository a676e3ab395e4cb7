package org.bloomery.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
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
  private Main() {}

  /** Takes the benchmark's name, and for some of them where things are; exit code 2 for others. */
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments.length == 1 && arguments[0].equals("plan")) {
      plan(out);
    } else if (arguments.length == 3 && arguments[0].equals("submit")) {
      new SubmitBenchmark(Path.of(arguments[1]), Path.of(arguments[2])).run(out);
    } else if (arguments.length == 1 && arguments[0].equals("store")) {
      StoreBenchmark.run(out);
    } else {
      System.err.println("bench: there are: plan, store, submit FILES DIRECTORY");
      System.exit(2);
    }
  }

  private static void plan(PrintStream out) throws RunnerException {
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
