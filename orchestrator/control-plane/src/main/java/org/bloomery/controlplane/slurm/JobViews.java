package org.bloomery.controlplane.slurm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager.Wanted;

/** Turns looks into what is known of the wanted attempts' jobs, run by run. */
final class JobViews {
  private final SlurmSite site;
  private final LongSupplier monotonicNanos;
  private final Memory memory = new Memory();

  JobViews(SlurmSite site, LongSupplier monotonicNanos) {
    this.site = site;
    this.monotonicNanos = monotonicNanos;
  }

  /** Jobs about which nothing new can be learnt. */
  Set<JobKey> settled() {
    return memory.settled();
  }

  /** What a look says about the attempts that it was made for. */
  Observation.Known conclude(Look look, List<Wanted> wanted) {
    Map<String, List<Wanted>> runs = new LinkedHashMap<>();
    Set<JobKey> keys = new HashSet<>();
    for (Wanted attempt : wanted) {
      runs.computeIfAbsent(attempt.jobName(), name -> new ArrayList<>()).add(attempt);
      attempt.key().ifPresent(keys::add);
      keys.addAll(attempt.unbilled());
    }
    memory.beginLook(keys);
    List<JobView> jobs = new ArrayList<>();
    SortedMap<String, String> unclear = new TreeMap<>();
    long nanos = monotonicNanos.getAsLong();
    for (Map.Entry<String, List<Wanted>> run : runs.entrySet()) {
      new RunConclusion(site, look, memory, nanos, run.getValue())
          .jobs()
          .either(jobs::addAll, why -> unclear.put(run.getKey(), why));
    }
    return new Observation.Known(look.asOf(), jobs, unclear);
  }
}
