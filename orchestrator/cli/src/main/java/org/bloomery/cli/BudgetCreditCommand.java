package org.bloomery.cli;

import org.bloomery.core.budget.Movement;
import picocli.CommandLine.Command;

/** Adds GPU-hours to an allocation. */
@Command(
    name = "credit",
    description = "Add GPU-hours to an allocation.",
    footer = {
      "",
      "A run that was held because its budget was used up goes on after: bloomery resume RUN",
      "",
      "Example: bloomery budget credit six-a100 100_000 --reason \"second grant\""
    })
final class BudgetCreditCommand extends MovementVerb {
  BudgetCreditCommand(Session session) {
    super(session, Movement.Kind.CREDIT);
  }
}
