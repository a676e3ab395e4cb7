package org.bloomery.cli;

import org.bloomery.core.budget.Movement;
import picocli.CommandLine.Command;

/** Takes GPU-hours from an allocation. */
@Command(
    name = "debit",
    description = "Take GPU-hours from an allocation.",
    footer = {"", "Example: bloomery budget debit six-a100 500 --reason \"lent to ten\""})
final class BudgetDebitCommand extends MovementVerb {
  BudgetDebitCommand(Session session) {
    super(session, Movement.Kind.DEBIT);
  }
}
