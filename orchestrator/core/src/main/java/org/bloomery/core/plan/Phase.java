package org.bloomery.core.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.plan.BatchSchedule.Stretch;
import org.bloomery.core.plan.StepShape.Layout;
import org.bloomery.core.plan.Throughput.Step;
import org.bloomery.core.plan.Topology.Stage;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;

/**
 * The part of a training for which one revision of its spec holds.
 *
 * @param slowest the stage that all others wait for
 * @param stretches at least one
 */
record Phase(RunSpec spec, Topology topology, Stage slowest, List<Stretch> stretches) {

  Phase {
    stretches = List.copyOf(stretches);
  }

  /**
   * The phases of a training, in order; a revision that it never reaches has none. Their jobs have
   * the time limit that they get there.
   */
  static List<Phase> of(BatchSchedule schedule, ClusterProfile cluster) {
    List<Phase> phases = new ArrayList<>();
    List<Stretch> open = new ArrayList<>();
    for (Stretch stretch : schedule.stretches()) {
      if (!open.isEmpty() && open.get(0).revision() != stretch.revision()) {
        phases.add(close(open, cluster));
        open = new ArrayList<>();
      }
      open.add(stretch);
    }
    if (!open.isEmpty()) {
      phases.add(close(open, cluster));
    }
    return phases;
  }

  private static Phase close(List<Stretch> stretches, ClusterProfile cluster) {
    RunSpec spec = WallTime.fitted(stretches.get(0).spec(), cluster);
    Topology topology = Topology.of(spec);
    return new Phase(spec, topology, topology.slowest(spec), stretches);
  }

  long firstIteration() {
    return stretches.get(0).firstIteration();
  }

  long lastIteration() {
    return stretches.get(stretches.size() - 1).lastIteration();
  }

  long iterations() {
    return lastIteration() - firstIteration() + 1;
  }

  /** The iteration with the largest batch that it comes to. */
  Step fullStep() {
    return step(stretches.get(stretches.size() - 1).batch());
  }

  private Step step(int batch) {
    double tensor = topology.tensor();
    return new Step(
        ModelArithmetic.flops(spec, batch),
        new StepShape(
            ModelArithmetic.stageFlops(spec, slowest.blocks(), slowest.head()) / tensor,
            slowest.parametersPerDevice(),
            spec.model().sequenceLength(),
            new Layout(
                topology.tensor(),
                topology.stages().size(),
                topology.dataParallel(),
                spec.resources().nodes(),
                spec.resources().gpusPerNode()),
            spec.batch().micro(),
            batch));
  }

  /** Seconds of all its iterations. */
  double trainingSeconds(Throughput throughput) {
    return stretches.stream()
        .mapToDouble(s -> s.iterations() * throughput.seconds(step(s.batch())))
        .sum();
  }

  /**
   * Seconds of all its validations: a forward pass over each set, where a step passes forward once
   * and backward for two, and forward again if it recomputes. 29 sets of BLOOM-176B: 12 minutes.
   */
  double validationSeconds(Throughput throughput) {
    var evaluation = spec.training().evaluation();
    long times =
        lastIteration() / evaluation.everyIterations()
            - (firstIteration() - 1) / evaluation.everyIterations();
    int sets =
        spec.data().validation().map(List::size).orElseGet(() -> 1 + spec.data().mixture().size());
    double forward = throughput.seconds(fullStep()) / ModelArithmetic.passes(spec);
    return times * evaluation.iterations() * sets * forward;
  }

  /** How long one of its jobs trains at most. */
  Duration jobTime() {
    Duration limit = spec.resources().timeLimit();
    return savesBeforeLimit() ? spec.launcher().exitDuration().orElse(limit) : limit;
  }

  /** Whether the trainer leaves by itself, and with a save, before its job is ended. */
  boolean savesBeforeLimit() {
    return spec.launcher()
        .exitDuration()
        .filter(exit -> exit.compareTo(spec.resources().timeLimit()) < 0)
        .isPresent();
  }

  /** Saves at its regular iterations. */
  long saves() {
    long every = spec.checkpoint().everyIterations();
    return lastIteration() / every - (firstIteration() - 1) / every;
  }
}
