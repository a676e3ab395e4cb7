package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.id.RunId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reports GPU-seconds, attempt by attempt. */
@Command(
    name = "usage",
    description = "Report GPU-hours, attempt by attempt, with the part that was lost.",
    footer = {"", "Example: bloomery report usage --run bloom-nano -o json"})
final class ReportUsageCommand extends Verb {
  @Option(
      names = "--run",
      paramLabel = "RUN",
      converter = RunVerb.RunName.class,
      description = "Only of this run (default: of all).")
  private RunId run;

  ReportUsageCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    UsageView view = session().controlPlane().usage(Optional.ofNullable(run));
    session().show(view, () -> RunTables.usage(view));
    return DONE;
  }
}
