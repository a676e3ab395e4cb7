package org.bloomery.cli;

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

  private static String screen(DescriptionView view) {
    return RunScreen.line("run", view.run())
        + RunScreen.line("phase", view.phase())
        + RunScreen.line("why", view.why())
        + RunScreen.line("iteration", Words.progress(view.iteration(), view.targetIteration()))
        + RunScreen.line("account", view.account())
        + RunScreen.line("spec", "SHA-256 " + view.specSha256())
        + "\n"
        + RunTables.attempts(view.attempts())
        + "\n"
        + CheckpointTable.of(view.checkpoints());
  }
}
