package org.bloomery.cli;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.http.Wire;
import org.bloomery.core.run.RunRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a run's history. */
@Command(
    name = "events",
    description = "Show a run's history, oldest first.",
    footer = {
      "",
      "With -o json: also the facts that each decision recorded.",
      "",
      "Example: bloomery events bloom-nano --after 10"
    })
final class EventsCommand extends RunVerb {
  private static final int PAGE = 1_000;

  /** Where a history is longer than this, {@code --after} tells the rest. */
  private static final int RECORDS_MAX = 100_000;

  @Option(
      names = "--after",
      paramLabel = "VERSION",
      description = "Only what came after this version (default: 0).")
  private long after;

  EventsCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<RunRecord> records = all(session().controlPlane());
    session().show(new Wire.Events(records), () -> table(records).toString());
    return DONE;
  }

  private List<RunRecord> all(ControlPlaneApi controlPlane) {
    List<RunRecord> records = new ArrayList<>();
    long from = after;
    while (records.size() < RECORDS_MAX) {
      List<RunRecord> page = controlPlane.events(run(), from, PAGE);
      records.addAll(page);
      if (page.size() < PAGE) {
        return records;
      }
      from = page.get(page.size() - 1).version();
    }
    session().say("more events follow; see them with --after " + from);
    return records;
  }

  /** The sentences are the story: they are not cut. */
  private static Table table(List<RunRecord> records) {
    Table table = Table.of("No events after that.", "VERSION#", "TIME", "WHAT").whole();
    records.forEach(entry -> table.row(entry.version(), Words.time(entry.at()), entry.why()));
    return table;
  }
}
