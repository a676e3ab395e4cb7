package org.bloomery.cli;

import java.util.List;
import java.util.Map;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.BudgetView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows allocations and what is left of them. */
@Command(
    name = "show",
    description = "Show allocations and what is left of them.",
    footer = {"", "Example: bloomery budget show six-a100"})
final class BudgetShowCommand extends Verb {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ALLOCATION",
      description = "Only this one, with its shares, credits and debits.")
  private String name;

  BudgetShowCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<BudgetView> all = session().controlPlane().ledger().budgets();
    if (name == null) {
      session().show(Map.of("budgets", all), () -> BudgetScreen.table(all));
      return DONE;
    }
    BudgetView one =
        all.stream()
            .filter(budget -> budget.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new ApiException(
                        ApiException.Kind.NOT_FOUND,
                        "there is no allocation " + name + "; bloomery budget show lists all"));
    session().show(one, () -> BudgetScreen.of(one));
    return DONE;
  }
}
