package org.bloomery.cli;

import org.bloomery.controlplane.api.LedgerAddition;
import picocli.CommandLine.Command;

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
final class LedgerCollectCommand extends AccountingVerb {
  LedgerCollectCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    LedgerAddition added = session().controlPlane().ledger().collect(cluster(), period(), "");
    session().show(added, () -> added.lines() + " jobs, " + added.changed() + " of them new\n");
    return DONE;
  }
}
