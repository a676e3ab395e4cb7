package org.bloomery.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.NodeView;

/** How nodes are listed. */
final class NodeTable {
  private NodeTable() {}

  static Table of(List<NodeView> nodes) {
    Table table =
        Table.of(
            "No node was blamed or excluded.",
            "NODE",
            "CLUSTER",
            "EXCLUDED",
            "FAILURES#",
            "LAST",
            "REMARKS");
    for (NodeView node : nodes) {
      table.row(
          node.node(),
          node.cluster(),
          excluded(node),
          node.failures(),
          node.lastBlamed().map(Words::time).orElse(Words.ABSENT),
          remarks(node));
    }
    return table;
  }

  private static String excluded(NodeView node) {
    if (!node.excluded()) {
      return "no";
    }
    return node.until().map(until -> "until " + Words.time(until)).orElse("yes");
  }

  private static String remarks(NodeView node) {
    String causes =
        node.causes().entrySet().stream()
            .map(cause -> cause.getValue() + " x " + cause.getKey())
            .collect(Collectors.joining(", "));
    String by = node.by().map(who -> "excluded by " + who).orElse("");
    String why = node.reason().filter(text -> !text.isEmpty()).map(text -> ": " + text).orElse("");
    String lemon = node.lemon() ? "a lemon" : "";
    return List.of(lemon, by + why, causes).stream()
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }
}
