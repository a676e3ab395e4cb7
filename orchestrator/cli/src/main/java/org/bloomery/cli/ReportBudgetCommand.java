package org.bloomery.cli;

import java.util.List;
import java.util.Map;
import org.bloomery.controlplane.api.BudgetView;
import picocli.CommandLine.Command;

/** Reports what is left of all allocations. */
@Command(
    name = "budget",
    description = "Report what is left of all allocations, and when nothing will be.",
    footer = {"", "Example: bloomery report budget -o json"})
final class ReportBudgetCommand extends Verb {
  ReportBudgetCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<BudgetView> all = session().controlPlane().ledger().budgets();
    session()
        .show(
            Map.of("budgets", all),
            new Session.Forms(
                () -> BudgetScreen.table(all),
                () -> LedgerCsv.budgets(all),
                () -> LedgerHtml.budgets(all)));
    return DONE;
  }
}
