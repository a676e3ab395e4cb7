package org.bloomery.cli;

import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.RunView;

/** A command that does one thing to one run and shows how the run stands then. */
abstract class ActVerb extends RunVerb {
  ActVerb(Session session) {
    super(session);
  }

  /** Does it; who asks is known to the control plane. */
  abstract RunView act(ControlPlaneApi controlPlane);

  @Override
  public final Integer call() {
    RunView view = act(session().controlPlane());
    session().show(view, () -> RunScreen.of(view));
    return DONE;
  }
}
