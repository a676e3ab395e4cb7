package org.bloomery.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Tells whether this machine has what a control plane needs. */
@Command(
    name = "doctor",
    description = "Check this machine: Java, Python, the home, the socket; exit 1 if one fails.",
    footer = {"", "Example: bloomery doctor"})
final class DoctorCommand extends Verb {
  DoctorCommand(Session session) {
    super(session);
  }

  /** The stable JSON of this command. */
  record Findings(List<Finding> checks) {}

  /** One check in JSON. */
  record Finding(String name, String level, String finding, String next) {}

  @Override
  public Integer call() throws InterruptedException {
    Surroundings around = session().surroundings();
    List<Check> checks = around.machine().examine(around.environment());
    List<Finding> findings =
        checks.stream()
            .map(
                check ->
                    new Finding(
                        check.name(),
                        check.level().name().toLowerCase(Locale.ROOT),
                        check.finding(),
                        check.next()))
            .toList();
    session().show(new Findings(findings), () -> screen(checks));
    boolean failed = checks.stream().anyMatch(check -> check.level() == Check.Level.FAILED);
    return failed ? FAILED : DONE;
  }

  private static String screen(List<Check> checks) {
    StringBuilder text = new StringBuilder();
    for (Check check : checks) {
      String next = check.next().isEmpty() ? "" : ". " + check.next();
      text.append(
          String.format(
              "%-8s %-18s %s%n",
              check.level().word(), check.name(), Terminal.printable(check.finding() + next)));
    }
    return text.toString();
  }
}
