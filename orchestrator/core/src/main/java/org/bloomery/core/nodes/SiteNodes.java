package org.bloomery.core.nodes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What is known of the nodes of one cluster, across all runs: those that were blamed or excluded,
 * sorted by name.
 *
 * @param version how often it was written; 0 if never
 */
public record SiteNodes(String cluster, List<NodeHealth> nodes, long version) {
  /** Keeps the record small; the least blamed of those that nobody excludes are forgotten. */
  public static final int NODES_MAX = 100;

  public SiteNodes {
    nodes = List.copyOf(nodes);
  }

  /** A cluster of which nothing is known. */
  public static SiteNodes none(String cluster) {
    return new SiteNodes(cluster, List.of(), 0);
  }

  /** What is known of one node. */
  public Optional<NodeHealth> node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }

  /** The nodes that a person keeps from all runs, the exclusion made last first. */
  public List<String> excludedAt(Instant now) {
    return nodes.stream()
        .filter(node -> node.isExcludedAt(now))
        .sorted(
            Comparator.comparing((NodeHealth node) -> node.exclusion().orElseThrow().from())
                .reversed())
        .map(NodeHealth::name)
        .toList();
  }

  /** With one more blame; the same one again changes nothing. */
  public SiteNodes blamed(String name, Blame blame) {
    return with(name, node -> node.blamed(blame));
  }

  /** With a node that no run gets. */
  public SiteNodes excluded(String name, Exclusion exclusion) {
    return with(name, node -> node.excluded(exclusion));
  }

  /** With a node that runs may get again, whatever it was blamed for before. */
  public SiteNodes readmitted(String name, Instant at) {
    return with(name, node -> node.readmitted(at));
  }

  /** The same content as the next version. */
  public SiteNodes next() {
    return new SiteNodes(cluster, nodes, version + 1);
  }

  private SiteNodes with(String name, UnaryOperator<NodeHealth> change) {
    List<NodeHealth> next = new ArrayList<>(nodes);
    next.removeIf(node -> node.name().equals(name));
    next.add(change.apply(node(name).orElse(NodeHealth.unknown(name))));
    if (next.size() > NODES_MAX) {
      next.stream()
          .filter(node -> node.exclusion().isEmpty() && !node.name().equals(name))
          .min(
              Comparator.comparingInt(NodeHealth::failureCount)
                  .thenComparing(node -> node.lastBlamed().orElse(Instant.MIN)))
          .ifPresent(next::remove);
    }
    next.sort(Comparator.comparing(NodeHealth::name));
    return new SiteNodes(cluster, next, version);
  }
}
