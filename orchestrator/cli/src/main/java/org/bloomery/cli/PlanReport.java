package org.bloomery.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.PlanText;
import org.bloomery.core.plan.SchedulePoint;
import org.bloomery.core.plan.Topology;
import org.bloomery.core.plan.Topology.NodeRange;

/**
 * A plan as {@code plan -o json} promises it: the fields of {@link Plan}, durations in seconds,
 * sizes in bytes, nothing rounded, what cannot be known null.
 *
 * @param topology the plan's, with the nodes written out
 * @param schedule only where it was asked for
 */
record PlanReport(
    @JsonUnwrapped @JsonIgnoreProperties("topology") Plan plan,
    Placement topology,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<SchedulePoint> schedule) {
  /** Nobody reads longer lists of nodes, and a mistyped spec must not fill the memory. */
  private static final int REPLICA_NODES_MAX = 20_000;

  /**
   * What lies where. The global rank is {@code stage x (dataParallel x tensor) + replica x tensor +
   * tensor rank}, and each node takes the next {@code ranksPerNode} of them.
   *
   * @param replicas empty where they lie on very many nodes
   */
  record Placement(
      int tensor,
      int pipeline,
      int dataParallel,
      int ranksPerNode,
      List<StagePlace> stages,
      List<ReplicaPlace> replicas) {

    static Placement of(Topology topology) {
      int pipeline = topology.stages().size();
      long entries = (long) pipeline * topology.dataParallel();
      return new Placement(
          topology.tensor(),
          pipeline,
          topology.dataParallel(),
          topology.ranksPerNode(),
          topology.stages().stream()
              .map(stage -> StagePlace.of(stage, topology.nodesOfStage(stage.index())))
              .toList(),
          IntStream.range(0, entries > REPLICA_NODES_MAX ? 0 : topology.dataParallel())
              .mapToObj(replica -> new ReplicaPlace(replica, topology.nodesOfReplica(replica)))
              .toList());
    }
  }

  /** One stage and its nodes, counted from 0 in the order of the job's node list. */
  record StagePlace(
      int stage,
      int firstBlock,
      int lastBlock,
      boolean embedding,
      boolean head,
      long parametersPerGpu,
      NodeRange nodes) {
    static StagePlace of(Topology.Stage stage, NodeRange nodes) {
      return new StagePlace(
          stage.index(),
          stage.firstBlock(),
          stage.lastBlock(),
          stage.embedding(),
          stage.head(),
          stage.parametersPerDevice(),
          nodes);
    }
  }

  /** One replica of the model and its nodes, in the order of the stages. */
  record ReplicaPlace(int replica, List<Integer> nodes) {}

  static PlanReport of(Plan plan, List<SchedulePoint> schedule) {
    return new PlanReport(plan, Placement.of(plan.topology()), schedule);
  }

  /** The same for people. */
  String screen() {
    String text = Terminal.printableLines(PlanText.of(plan));
    return schedule.isEmpty() ? text : text + "\n" + scheduleTable();
  }

  private Table scheduleTable() {
    Table table =
        Table.of("", "ITERATION#", "SAMPLES#", "TOKENS#", "GLOBAL BATCH#", "LEARNING RATE#");
    for (SchedulePoint point : schedule) {
      table.row(
          point.iteration(),
          point.consumedSamples(),
          point.tokens(),
          point.globalBatch(),
          // As the training's log prints it.
          String.format(Locale.ROOT, "%.3E", point.learningRate()));
    }
    return table;
  }
}
