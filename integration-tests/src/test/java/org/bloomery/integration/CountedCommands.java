package org.bloomery.integration;

import java.util.Map;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner;

/** Passes commands on, and counts them and the time that they take. */
final class CountedCommands implements CommandRunner {
  private final CommandRunner next;
  private final Map<String, Integer> counts = new TreeMap<>();
  private long nanos;

  CountedCommands(CommandRunner next) {
    this.next = next;
  }

  @Override
  public Result run(Command command) throws InterruptedException {
    long start = System.nanoTime();
    try {
      return next.run(command);
    } finally {
      count(command, System.nanoTime() - start);
    }
  }

  private synchronized void count(Command command, long took) {
    counts.merge(kind(command), 1, Integer::sum);
    nanos += took;
  }

  /** A look at all jobs and a look at a single one are two kinds of question. */
  private static String kind(Command command) {
    String program = command.argv().get(0);
    boolean single = program.equals("squeue") && command.argv().toString().contains("--jobs=");
    return single ? "squeue of one job" : program;
  }

  /** How often a program was run. */
  synchronized int of(String program) {
    return counts.getOrDefault(program, 0);
  }

  synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /** All time spent in commands. */
  synchronized long nanos() {
    return nanos;
  }
}
