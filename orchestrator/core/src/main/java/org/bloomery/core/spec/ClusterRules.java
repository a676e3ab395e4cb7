package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** The rules between a run and the clusters that are known. */
final class ClusterRules {
  private static final String CLUSTER = "spec.cluster";
  private static final String PARTITION = "spec.resources.partition";
  private static final String GPUS = "spec.resources.gpusPerNode";

  private ClusterRules() {}

  static void check(Facts facts, List<ClusterProfile> known) {
    if (!facts.has(CLUSTER)) {
      return;
    }
    String name = facts.value(CLUSTER, String.class);
    Optional<ClusterProfile> cluster =
        known.stream().filter(profile -> profile.name().equals(name)).findFirst();
    if (cluster.isEmpty()) {
      List<String> names = known.stream().map(ClusterProfile::name).sorted().toList();
      facts.problem(
          SpecCode.NOT_ON_THIS_CLUSTER,
          CLUSTER,
          "there is no profile of a cluster " + Shown.quoted(name),
          Nearest.question(name, names) + "Known clusters: " + String.join(", ", names) + ".");
      return;
    }
    Optional<String> asked =
        facts.has(PARTITION) ? Optional.of(facts.value(PARTITION, String.class)) : Optional.empty();
    Optional<Partition> partition = cluster.get().partition(asked);
    if (partition.isEmpty()) {
      return;
    }
    int devices = partition.get().devicesPerNode();
    if (facts.has(GPUS) && facts.whole(GPUS) > devices) {
      facts.problem(
          SpecCode.NOT_ON_THIS_CLUSTER,
          GPUS,
          facts.whole(GPUS) + " exceeds the " + devices + " devices of a node of " + name,
          "Lower gpusPerNode or choose another cluster.");
    }
  }
}
