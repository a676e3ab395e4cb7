package org.bloomery.cli;

import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.NodeView;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that changes what is known of one node, and shows that. */
abstract class NodeVerb extends Verb {
  @Parameters(
      index = "0",
      paramLabel = "NODE",
      description = "The node's name, as the resource manager has it.")
  private String node;

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "The node's cluster; needed where there are several.")
  private String cluster;

  NodeVerb(Session session) {
    super(session);
  }

  abstract NodeView act(ControlPlaneApi controlPlane, Optional<String> cluster, String node);

  @Override
  public final Integer call() {
    NodeView view = act(session().controlPlane(), Optional.ofNullable(cluster), node);
    session().show(view, () -> NodeTable.of(List.of(view)).toString());
    return DONE;
  }
}
