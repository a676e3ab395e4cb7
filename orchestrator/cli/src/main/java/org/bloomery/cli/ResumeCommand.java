package org.bloomery.cli;

import java.util.OptionalLong;
import org.bloomery.controlplane.api.RunView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a held run go on. */
@Command(
    name = "resume",
    description = "Let a held run go on, from its newest sealed checkpoint or an older one.",
    footer = {"", "Example: bloomery resume bloom-nano --from 60"})
final class ResumeCommand extends RunVerb {
  @Option(
      names = "--from",
      paramLabel = "ITERATION",
      description = "Of a sealed checkpoint; newer ones are left aside, not deleted.")
  private Long from;

  ResumeCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    OptionalLong iteration = from == null ? OptionalLong.empty() : OptionalLong.of(from);
    RunView view = session().controlPlane().resume(run(), iteration, "");
    session().show(view, () -> RunScreen.of(view));
    return DONE;
  }
}
