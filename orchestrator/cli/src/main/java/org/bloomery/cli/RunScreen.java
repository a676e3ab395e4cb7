package org.bloomery.cli;

import org.bloomery.controlplane.api.RunView;

/** The few lines that tell how one run is doing. */
final class RunScreen {
  private RunScreen() {}

  static String of(RunView run) {
    String job = run.jobId().map(id -> ", job " + id).orElse("");
    String attempt = run.attempt() == 0 ? "no attempt yet" : run.attempt() + job;
    return line("run", run.run())
        + line("phase", run.phase())
        + line("why", run.why())
        + line("attempt", attempt)
        + line("iteration", Words.progress(run.iteration(), run.targetIteration()))
        + line("loss", Words.loss(run.loss()))
        + line("used", used(run.gpuSeconds()) + ", account " + run.account())
        + line("updated", Words.time(run.updatedAt()));
  }

  static String used(long gpuSeconds) {
    return Words.gpuHours(gpuSeconds) + " GPU-hours (" + gpuSeconds + " GPU-seconds)";
  }

  static String line(String name, String value) {
    return String.format("%-11s%s%n", name, Terminal.printable(value));
  }
}
