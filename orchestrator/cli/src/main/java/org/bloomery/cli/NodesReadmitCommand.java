package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.NodeView;
import picocli.CommandLine.Command;

/** Lets runs have a node again. */
@Command(
    name = "readmit",
    description = "Let runs have a node again, whatever it was excluded or blamed for.",
    footer = {"", "Example: bloomery nodes readmit iam34"})
final class NodesReadmitCommand extends NodeVerb {
  NodesReadmitCommand(Session session) {
    super(session);
  }

  @Override
  NodeView act(ControlPlaneApi controlPlane, Optional<String> cluster, String node) {
    return controlPlane.readmitNode(cluster, node, "");
  }
}
