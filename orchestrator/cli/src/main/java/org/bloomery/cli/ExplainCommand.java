package org.bloomery.cli;

import org.bloomery.controlplane.api.ExplanationView;
import picocli.CommandLine.Command;

/** Tells why a run is where it is. */
@Command(
    name = "explain",
    description = "Tell why a run is where it is: the last decisions, newest first.",
    footer = {"", "Example: bloomery explain bloom-nano"})
final class ExplainCommand extends RunVerb {
  ExplainCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    ExplanationView view = session().controlPlane().explain(run());
    session().show(view, () -> screen(view));
    return DONE;
  }

  private static String screen(ExplanationView view) {
    StringBuilder text = new StringBuilder();
    text.append(RunScreen.line("run", view.run()));
    text.append(RunScreen.line("phase", view.phase()));
    text.append(RunScreen.line("now", view.now()));
    for (ExplanationView.Line line : view.decisions()) {
      text.append('\n').append(Words.time(line.at())).append("  ");
      text.append(Terminal.printable(line.why())).append('\n');
      for (String fact : line.facts()) {
        text.append("    ").append(Terminal.printable(fact)).append('\n');
      }
    }
    return text.toString();
  }
}
