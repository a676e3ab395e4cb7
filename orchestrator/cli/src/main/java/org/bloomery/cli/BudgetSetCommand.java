package org.bloomery.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bloomery.controlplane.api.BudgetView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Grants an allocation. */
@Command(
    name = "set",
    description = "Grant an allocation, or change what one grants; credits and debits stay.",
    footer = {"", "Example: bloomery budget set job-specs/allocations/six-a100.yaml"})
final class BudgetSetCommand extends Verb {
  @Parameters(index = "0", paramLabel = "FILE", description = "An Allocation, in YAML.")
  private Path file;

  BudgetSetCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    SpecFile read = SpecFile.read(session().surroundings().workingDirectory(), file);
    String text = new String(read.content(), StandardCharsets.UTF_8);
    BudgetView view = session().controlPlane().ledger().setBudget(text, read.name(), "");
    session().show(view, () -> BudgetScreen.of(view));
    return DONE;
  }
}
