package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.controlplane.api.ServerView;
import org.bloomery.core.id.RunId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how one run is doing, or which control plane leads. */
@Command(
    name = "status",
    description = "Show how a run is doing; without RUN, which control plane answers and leads.",
    footer = {"", "Example: bloomery status bloom-nano"})
final class StatusCommand extends Verb {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      converter = RunVerb.RunName.class,
      description = "The run's name.")
  private Optional<RunId> run;

  StatusCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    ControlPlaneApi controlPlane = session().controlPlane();
    if (run.isPresent()) {
      RunView view = controlPlane.status(run.get());
      session().show(view, () -> RunScreen.of(view));
    } else {
      ServerView view = controlPlane.server();
      session().show(view, () -> ServerScreen.of(view));
    }
    return DONE;
  }
}
