package org.bloomery.cli;

import java.util.List;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.http.Wire;
import picocli.CommandLine.Command;

/** Shows all runs, one line each. */
@Command(
    name = "list",
    description = "Show all runs, one line each.",
    footer = {"", "Example: bloomery list -o json"})
final class ListCommand extends Verb {
  ListCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<RunView> runs = session().controlPlane().list();
    session().show(new Wire.Runs(runs), () -> table(runs).toString());
    return DONE;
  }

  private static Table table(List<RunView> runs) {
    Table table =
        Table.of(
            "No runs yet. Submit one with: bloomery submit SPEC",
            "RUN",
            "PHASE",
            "ATTEMPT#",
            "ITERATION#",
            "LOSS#",
            "GPU-HOURS#",
            "WHY");
    for (RunView run : runs) {
      table.row(
          run.run(),
          run.phase(),
          run.attempt(),
          Words.number(run.iteration()),
          Words.loss(run.loss()),
          Words.gpuHours(run.gpuSeconds()),
          run.why());
    }
    return table;
  }
}
