package org.bloomery.cli;

import java.util.List;
import org.bloomery.core.spec.SpecProblem;
import picocli.CommandLine.Command;

/** Checks a spec. */
@Command(
    name = "validate",
    description = "Check a spec and report every problem at its place.",
    footer = {"", "Example: bloomery validate job-specs/bloom-nano/run.yaml"})
final class ValidateCommand extends SpecVerb {
  ValidateCommand(Session session) {
    super(session);
  }

  /** The stable JSON of this command. */
  record Validation(List<SpecProblem> problems) {}

  @Override
  public Integer call() {
    SpecFile file = read();
    Checked checked = check(file);
    warn(checked);
    session()
        .show(
            new Validation(checked.warnings()),
            () ->
                Terminal.printable(
                        file.name()
                            + ": good. Run "
                            + checked.spec().name()
                            + " on cluster "
                            + checked.cluster().name()
                            + ", "
                            + checked.spec().resources().devices()
                            + " devices")
                    + "\n");
    return DONE;
  }
}
