package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/**
 * The rules between a run and the clusters that are known: what would be refused at the site, or
 * surprise there, is said before anything is sent.
 */
final class ClusterRules {
  private static final String CLUSTER = "spec.cluster";
  private static final String PARTITION = "spec.resources.partition";

  /** Fields that only a scheduler with partitions understands. */
  private static final List<String> SLURM_ONLY =
      List.of(
          PARTITION,
          "spec.resources.constraint",
          "spec.resources.qos",
          "spec.resources.slurmReservation");

  private ClusterRules() {}

  static void check(Facts facts, List<ClusterProfile> known) {
    if (!facts.has(CLUSTER)) {
      return;
    }
    String name = facts.value(CLUSTER, String.class);
    Optional<ClusterProfile> found =
        known.stream().filter(profile -> profile.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      List<String> names = known.stream().map(ClusterProfile::name).sorted().toList();
      facts.problem(
          SpecCode.NOT_ON_THIS_CLUSTER,
          CLUSTER,
          "there is no profile of a cluster " + Shown.quoted(name),
          Nearest.question(name, names) + "Known clusters: " + String.join(", ", names) + ".");
      return;
    }
    ClusterProfile cluster = found.get();
    Optional<Partition> partition = cluster.partition(facts.word(PARTITION));
    if (partition.isEmpty()) {
      unknownPartition(facts, cluster);
      return;
    }
    NodeRules.check(facts, cluster, partition.get());
    switch (cluster.resourceManager()) {
      case LOCAL -> noEffect(facts, name);
      case SLURM -> QueueRules.check(facts, cluster, partition.get());
    }
  }

  private static void unknownPartition(Facts facts, ClusterProfile cluster) {
    String name = facts.value(PARTITION, String.class);
    List<String> names = cluster.partitions().stream().map(Partition::name).toList();
    facts.problem(
        SpecCode.UNKNOWN_PARTITION,
        PARTITION,
        cluster.name() + " has no partition " + Shown.quoted(name),
        Nearest.question(name, names) + "Its partitions: " + String.join(", ", names) + ".");
  }

  private static void noEffect(Facts facts, String cluster) {
    List<String> given = SLURM_ONLY.stream().filter(path -> facts.has(path)).toList();
    if (given.isEmpty()) {
      return;
    }
    List<String> names =
        given.stream().map(path -> path.substring(path.lastIndexOf('.') + 1)).toList();
    facts.problem(
        SpecCode.NO_EFFECT,
        given.get(0),
        cluster + " has no scheduler that asks for " + String.join(", ", names),
        "Remove what has no effect, or choose another cluster.");
  }
}
