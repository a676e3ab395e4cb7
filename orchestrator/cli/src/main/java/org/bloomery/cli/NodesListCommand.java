package org.bloomery.cli;

import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.controlplane.http.Wire;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the nodes that were blamed or excluded. */
@Command(
    name = "list",
    description = "List the nodes that were blamed for an attempt's end or are excluded.",
    footer = {"", "Example: bloomery nodes list --cluster jean-zay-a100 -o json"})
final class NodesListCommand extends Verb {
  @Option(names = "--cluster", paramLabel = "CLUSTER", description = "Only of this cluster.")
  private String cluster;

  NodesListCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<NodeView> found = session().controlPlane().nodes(Optional.ofNullable(cluster));
    session().show(new Wire.Nodes(found), () -> NodeTable.of(found).toString());
    return DONE;
  }
}
