package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.controlplane.api.AuditView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares the ledger with a cluster's accounting. */
@Command(
    name = "audit",
    description = "Compare the ledger with a cluster's accounting, job by job.",
    footer = {
      "",
      "The server asks sacct, a day at a time; by default about this month. Exit code 1 if there",
      "is a difference.",
      "",
      "Example: bloomery report audit --cluster jean-zay-a100 --from 2022-03-01 --to 2022-03-31"
    })
final class ReportAuditCommand extends Verb {
  @Mixin private PeriodOptions days;

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "Whose accounting; needed where several have one.")
  private String cluster;

  ReportAuditCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    AuditView view =
        session().controlPlane().ledger().audit(Optional.ofNullable(cluster), days.period());
    session().show(view, () -> LedgerTables.audit(view));
    return view.rows().isEmpty() ? DONE : FAILED;
  }
}
