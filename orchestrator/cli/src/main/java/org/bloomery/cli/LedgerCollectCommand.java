package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.controlplane.api.LedgerAddition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Posts what a cluster's accounting tells of jobs, ours and others'. */
@Command(
    name = "collect",
    description = "Post what a cluster's accounting tells of jobs; the server asks it.",
    footer = {
      "",
      "By default, of the jobs that ended this month. Collecting again changes nothing.",
      "",
      "Example: bloomery ledger collect --cluster jean-zay-a100 --from 2022-03-01"
    })
final class LedgerCollectCommand extends Verb {
  @Mixin private PeriodOptions days;

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "Whose accounting; needed where several have one.")
  private String cluster;

  LedgerCollectCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    LedgerAddition added =
        session().controlPlane().ledger().collect(Optional.ofNullable(cluster), days.period(), "");
    session().show(added, () -> added.lines() + " jobs, " + added.changed() + " of them new\n");
    return DONE;
  }
}
