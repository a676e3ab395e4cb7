package org.bloomery.core.spec;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.ledger.BillingRule;

/**
 * What is true of one cluster, as data.
 *
 * @param runsRoot absolute directory of the runs' scripts and logs, on a space never purged
 * @param partitions at least one; a run that names none gets the first
 * @param qos none where the site has no such thing
 * @param billing how many devices a job is charged for
 * @param energy absent where nobody knows
 */
public record ClusterProfile(
    String name,
    Documented documented,
    ResourceManagerKind resourceManager,
    Transport transport,
    String runsRoot,
    List<Partition> partitions,
    List<QualityOfService> qos,
    JobRules jobRules,
    BillingRule billing,
    List<Space> spaces,
    Optional<SiteEnergy> energy,
    SiteReliability reliability,
    SiteTimings timings) {

  public ClusterProfile {
    partitions = List.copyOf(partitions);
    qos = List.copyOf(qos);
    spaces = List.copyOf(spaces);
    if (partitions.isEmpty()) {
      throw new IllegalArgumentException("a cluster has at least one partition: " + name);
    }
  }

  /**
   * Where a run computes that names this partition, or none; nothing if it is not known. Without a
   * scheduler that has partitions, a name means nothing.
   */
  public Optional<Partition> partition(Optional<String> asked) {
    return switch (resourceManager) {
      case LOCAL -> Optional.of(partitions.get(0));
      case SLURM ->
          asked.isEmpty()
              ? Optional.of(partitions.get(0))
              : partitions.stream().filter(one -> one.name().equals(asked.get())).findFirst();
    };
  }

  /** The devices that a job in a partition is charged for; empty for one that is not known. */
  public OptionalLong chargedDevices(String partition, BillingRule.Given given) {
    Optional<Partition> known = partition(Optional.of(partition));
    if (known.isEmpty()) {
      return OptionalLong.empty();
    }
    boolean exclusive =
        given.exclusive() || (jobRules.exclusiveOnSeveralNodes() && given.nodes() > 1);
    return OptionalLong.of(
        billing.chargedDevices(
            new BillingRule.Given(given.nodes(), given.devices(), given.cpus(), exclusive),
            known.get().nodeKind()));
  }

  /**
   * The quality of service of a run in this partition that names this one, or none; nothing if it
   * is not known, or if the site has no default one.
   */
  public Optional<QualityOfService> qos(Optional<String> asked, Partition partition) {
    return qos.stream()
        .filter(
            one ->
                asked.isPresent()
                    ? one.name().equals(asked.get())
                    : one.isDefault() && one.isValidIn(partition))
        .findFirst();
  }

  /** The space in which a file of this absolute path lies, if the profile knows it. */
  public Optional<Space> spaceOf(String path) {
    return spaces.stream()
        .filter(space -> space.depthOf(path) > 0)
        .max(Comparator.comparingInt(space -> space.depthOf(path)));
  }
}
