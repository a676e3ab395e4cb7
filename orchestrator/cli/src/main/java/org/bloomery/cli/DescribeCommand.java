package org.bloomery.cli;

import java.util.Locale;
import org.bloomery.controlplane.api.DescriptionView;
import picocli.CommandLine.Command;

/** Shows one run with its attempts and checkpoints. */
@Command(
    name = "describe",
    description = "Show a run with its attempts and checkpoints.",
    footer = {"", "Example: bloomery describe bloom-nano -o json"})
final class DescribeCommand extends RunVerb {
  DescribeCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    DescriptionView view = session().controlPlane().describe(run());
    session().show(view, () -> screen(view));
    return DONE;
  }

  /** What it will still take at its own speed, beside what it may. */
  private static String toGo(DescriptionView view) {
    return view.toGo()
        .map(
            left ->
                RunScreen.line(
                    "to go",
                    String.format(
                        Locale.ROOT,
                        "%s GPU-hours, %,d h, at %.2f s an iteration and ETTR %.3f%s",
                        Words.gpuHours(left.gpuSeconds()),
                        left.time().toHours(),
                        left.secondsPerIteration(),
                        left.ettr(),
                        budget(view))))
        .orElse("");
  }

  private static String budget(DescriptionView view) {
    return view.budgetGpuSecondsLeft().isPresent()
        ? "; budget left " + Words.gpuHours(view.budgetGpuSecondsLeft().getAsLong())
        : "";
  }

  private static String screen(DescriptionView view) {
    return RunScreen.line("run", view.run())
        + RunScreen.line("phase", view.phase())
        + RunScreen.line("why", view.why())
        + RunScreen.line("iteration", Words.progress(view.iteration(), view.targetIteration()))
        + toGo(view)
        + RunScreen.line("account", view.account())
        + RunScreen.line("spec", "SHA-256 " + view.specSha256())
        + "\n"
        + RunTables.attempts(view.attempts())
        + "\n"
        + CheckpointTable.of(view.checkpoints());
  }
}
