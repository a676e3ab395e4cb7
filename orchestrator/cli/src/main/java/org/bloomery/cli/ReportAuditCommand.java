package org.bloomery.cli;

import org.bloomery.controlplane.api.AuditView;
import picocli.CommandLine.Command;

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
final class ReportAuditCommand extends AccountingVerb {
  ReportAuditCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    AuditView view = session().controlPlane().ledger().audit(cluster(), period());
    session().show(view, () -> LedgerTables.audit(view));
    return view.rows().isEmpty() ? DONE : FAILED;
  }
}
