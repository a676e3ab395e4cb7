package org.bloomery.core.script;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SlurmHint;

/**
 * What the header of a SLURM job's script says, by the names that its template uses. What may be
 * absent is a list of at most one value: the template writes a line for each.
 */
final class SlurmDirectives {
  /** sbatch takes no more than this for {@code --signal}. */
  private static final long WARNING_SECONDS_MAX = 65_535;

  private SlurmDirectives() {}

  static Map<String, Object> of(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    Resources resources = spec.resources();
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("jobName", plan.home().jobName(plan.run()));
    model.put("account", spec.slurmAccount());
    model.put("partition", partition(resources, cluster).name());
    model.put("constraint", resources.constraint().stream().toList());
    model.put("reservation", resources.slurmReservation().stream().toList());
    model.put("qos", resources.qos().stream().toList());
    model.put("nodes", resources.nodes());
    model.put("cpusPerTask", cpusPerTask(resources, cluster).stream().toList());
    model.put("hint", hint(resources, cluster).stream().toList());
    model.put("gpus", resources.gpusPerNode());
    model.put("exclusive", resources.exclusive());
    model.put("exclude", nodes(resources.exclude()).stream().toList());
    model.put("timeLimit", hoursMinutesSeconds(resources.timeLimit()));
    model.put("warningSeconds", warningSeconds(plan.preTimeout()));
    model.put("extra", resources.extraSbatch().entrySet());
    return model;
  }

  private static Partition partition(Resources resources, ClusterProfile cluster) {
    return cluster
        .partition(resources.partition())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no partition " + resources.partition() + " in the profile " + cluster.name()));
  }

  /** What the site gives with the devices, unless the run asks for another number. */
  private static Optional<Integer> cpusPerTask(Resources resources, ClusterProfile cluster) {
    if (resources.cpusPerTask().isPresent()) {
      return resources.cpusPerTask();
    }
    OptionalInt perDevice = partition(resources, cluster).coresPerDevice();
    return perDevice.isEmpty()
        ? Optional.empty()
        : Optional.of(perDevice.getAsInt() * resources.gpusPerNode());
  }

  private static Optional<String> hint(Resources resources, ClusterProfile cluster) {
    return resources.hint().map(SlurmHint::word).or(() -> cluster.jobRules().hint());
  }

  private static Optional<String> nodes(List<String> names) {
    return names.isEmpty() ? Optional.empty() : Optional.of(String.join(",", names));
  }

  /** SLURM looks every 30 s and signals at the last look before this, so rather early than late. */
  private static long warningSeconds(Duration preTimeout) {
    return Math.max(1, Math.min(WARNING_SECONDS_MAX, preTimeout.toSeconds()));
  }

  private static String hoursMinutesSeconds(Duration duration) {
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d",
        duration.toHours(),
        duration.toMinutesPart(),
        duration.toSecondsPart());
  }
}
