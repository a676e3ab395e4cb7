package org.bloomery.controlplane.loop;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.core.id.NodeName;
import org.bloomery.core.nodes.Exclusion;
import org.bloomery.core.nodes.NodeHealth;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.port.RunStore;

/** What people see and say of the nodes. */
final class NodeBook {
  private final RunStore store;
  private final ClusterLoops loops;
  private final RunRequests requests;

  NodeBook(RunStore store, ClusterLoops loops, RunRequests requests) {
    this.store = store;
    this.loops = loops;
    this.requests = requests;
  }

  List<NodeView> list(Optional<String> cluster, Instant now) {
    List<NodeView> views = new ArrayList<>();
    for (String name : cluster.map(one -> List.of(known(one))).orElseGet(loops::clusters)) {
      store.nodes(name).nodes().forEach(node -> views.add(view(name, node, now)));
    }
    return views;
  }

  NodeView exclude(NodeExclusion asked, String by) {
    if (asked.duration().map(time -> time.isNegative() || time.isZero()).orElse(false)) {
      throw new ApiException(ApiException.Kind.INVALID, "a node is excluded for a positive time");
    }
    return change(
        asked.cluster(),
        asked.node(),
        (nodes, now) ->
            nodes.excluded(
                asked.node(),
                new Exclusion(asked.reason(), by, now, asked.duration().map(now::plus))));
  }

  NodeView readmit(Optional<String> cluster, String node, String by) {
    return change(
        cluster,
        node,
        (nodes, now) -> {
          if (nodes.node(node).isEmpty()) {
            throw new ApiException(
                ApiException.Kind.NOT_FOUND,
                "nothing is known of node "
                    + node
                    + " of cluster "
                    + nodes.cluster()
                    + "; bloomery nodes list shows all that were excluded or blamed");
          }
          return nodes.readmitted(node, now);
        });
  }

  private interface Change {
    SiteNodes of(SiteNodes nodes, Instant now);
  }

  private NodeView change(Optional<String> cluster, String node, Change change) {
    if (!NodeName.isValid(node)) {
      throw new ApiException(
          ApiException.Kind.INVALID,
          "a node's name has 1 to 64 letters, digits, '.', '_' and '-'; name one node at a time");
    }
    String name = cluster.map(this::known).orElseGet(this::only);
    return requests.record(
        (epoch, now) -> {
          SiteNodes next = store.recordNodes(change.of(store.nodes(name), now), epoch);
          return view(name, next.node(node).orElseThrow(), now);
        });
  }

  private String known(String cluster) {
    if (loops.of(cluster).isEmpty()) {
      throw new ApiException(
          ApiException.Kind.NOT_FOUND,
          "there is no cluster " + cluster + "; there are " + String.join(", ", loops.clusters()));
    }
    return cluster;
  }

  private String only() {
    List<String> all = loops.clusters();
    if (all.size() != 1) {
      throw new ApiException(
          ApiException.Kind.INVALID, "name the cluster, one of " + String.join(", ", all));
    }
    return all.get(0);
  }

  private static NodeView view(String cluster, NodeHealth node, Instant now) {
    Map<String, Integer> causes = new TreeMap<>();
    node.failures().forEach((cause, count) -> causes.put(cause.words(), count));
    Optional<Exclusion> exclusion = node.exclusion().filter(one -> one.holdsAt(now));
    return new NodeView(
        cluster,
        node.name(),
        node.failureCount(),
        causes,
        node.isLemonAt(now),
        node.lastBlamed(),
        node.blames().stream().reduce((first, second) -> second).map(blame -> blame.run().value()),
        exclusion.isPresent(),
        exclusion.map(Exclusion::reason),
        exclusion.map(Exclusion::by),
        exclusion.flatMap(Exclusion::until));
  }
}
