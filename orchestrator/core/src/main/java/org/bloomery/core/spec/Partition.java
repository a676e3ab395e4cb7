package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bloomery.core.ledger.BillingRule;

/**
 * Nodes of one kind, as SLURM groups them.
 *
 * @param nodes how many there are
 * @param devicesPerNode GPUs; where CPU ranks count as devices, the most allowed
 * @param coresPerNode cores that a job can have of one node
 * @param coresPerDevice cores that the site gives, and bills, with each device
 * @param threadsPerCore CPUs of one core, as SLURM counts them
 * @param constraints the node features that select nodes of this kind
 * @param constraintRequired whether a job without any of them is refused
 * @param accountSuffix with which the names of accounts end that may compute here, such as {@code
 *     @a100}
 * @param maximumTime of one job, whatever its quality of service allows
 * @param defaultTime what a job gets that names no time limit
 * @param internet whether its nodes reach the internet
 */
public record Partition(
    String name,
    int nodes,
    int devicesPerNode,
    Device device,
    OptionalInt coresPerNode,
    OptionalInt coresPerDevice,
    int threadsPerCore,
    List<Constraint> constraints,
    boolean constraintRequired,
    Optional<String> accountSuffix,
    Optional<Duration> maximumTime,
    Optional<Duration> defaultTime,
    boolean internet) {

  public Partition {
    constraints = List.copyOf(constraints);
  }

  /**
   * One device.
   *
   * @param type such as {@code a100-80gb}
   * @param memoryBytes what every device of the partition has at least
   * @param boardWatts the power that its board may draw
   * @param peakTflops in half precision on dense matrices, by its maker's sheet
   * @param sustainedTflops what trainings of the kind reach here, as measured; absent means that no
   *     duration is predicted
   * @param precisions those that it computes in fast
   */
  public record Device(
      String type,
      OptionalLong memoryBytes,
      OptionalDouble boardWatts,
      OptionalDouble peakTflops,
      OptionalDouble sustainedTflops,
      List<Precision> precisions) {
    public Device {
      precisions = List.copyOf(precisions);
    }
  }

  /**
   * A node feature.
   *
   * @param deviceMemoryBytes memory of a device of nodes with it, where it differs
   */
  public record Constraint(String name, OptionalLong deviceMemoryBytes) {}

  /** Memory of a device that a job with this constraint gets at least. */
  public OptionalLong deviceMemoryBytes(Optional<String> constraint) {
    return constraints.stream()
        .filter(feature -> constraint.isPresent() && feature.name().equals(constraint.get()))
        .map(Constraint::deviceMemoryBytes)
        .filter(OptionalLong::isPresent)
        .findFirst()
        .orElse(device.memoryBytes());
  }

  /** What a billing rule needs to know of the nodes. */
  public BillingRule.NodeKind nodeKind() {
    return new BillingRule.NodeKind(devicesPerNode, coresPerDevice, threadsPerCore);
  }
}
