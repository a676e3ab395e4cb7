package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.RunSpec;

/**
 * Which rank holds which part of the model, and on which node it is. Ranks are numbered by
 * DeepSpeed's {@code PipeModelDataParallelTopology}: {@code stage x (replicas x tensor) + replica x
 * tensor + tensor rank}; each node takes the next {@code ranksPerNode} of them.
 *
 * @param stages in the order in which a sample passes them
 */
public record Topology(int tensor, int dataParallel, int ranksPerNode, List<Stage> stages) {

  public Topology {
    stages = List.copyOf(stages);
  }

  /**
   * One stage of the pipeline.
   *
   * @param index from 0
   * @param firstBlock its first transformer block, counted from 1
   * @param blocks how many it has
   * @param embedding whether it turns tokens into vectors
   * @param head whether it turns vectors into logits
   * @param parametersPerDevice held by each of its tensor ranks
   */
  public record Stage(
      int index,
      int firstBlock,
      int blocks,
      boolean embedding,
      boolean head,
      long parametersPerDevice) {

    /** Its last block; one less than the first if it has none. */
    public int lastBlock() {
      return firstBlock + blocks - 1;
    }
  }

  /** Nodes from first to last, counted from 0 in the order of the job's node list. */
  public record NodeRange(int first, int last) {}

  static Topology of(RunSpec run) {
    Model model = run.model();
    int tensor = run.parallelism().tensor();
    int[] ends = stageEnds(run);
    List<Stage> stages = new ArrayList<>();
    int start = 0;
    for (int stage = 0; stage < ends.length; stage++) {
      boolean embedding = stage == 0;
      boolean head = stage == ends.length - 1;
      // Layer 0 is the embedding and the last one the head; the blocks are between.
      int firstBlock = Math.max(1, start);
      int blocks = Math.min(model.layers() + 1, ends[stage]) - firstBlock;
      long parameters =
          blocks * ModelArithmetic.blockParametersPerRank(model, tensor)
              + (embedding ? ModelArithmetic.embeddingParametersPerRank(model, tensor) : 0)
              + (head ? ModelArithmetic.finalNormParameters(model) : 0)
              // Tied to the embedding, but a copy where that lies on another stage.
              + (head && !embedding ? ModelArithmetic.tokenEmbeddingParameters(model) / tensor : 0);
      stages.add(new Stage(stage, firstBlock, blocks, embedding, head, parameters));
      start = ends[stage];
    }
    return new Topology(tensor, run.dataParallel(), run.resources().gpusPerNode(), stages);
  }

  /** Where each stage ends among the embedding, the blocks and the head; the end is excluded. */
  private static int[] stageEnds(RunSpec run) {
    Model model = run.model();
    long[] weights = new long[model.layers() + 2];
    long block = ModelArithmetic.blockParameters(model);
    long embedding = ModelArithmetic.tokenEmbeddingParameters(model);
    switch (run.parallelism().partition()) {
      case TRANSFORMER_AND_EMBEDDING, UNIFORM -> Arrays.fill(weights, 1);
      case TRANSFORMER -> {
        Arrays.fill(weights, 1);
        weights[0] = 0;
        weights[weights.length - 1] = 0;
      }
      case PARAMETERS -> {
        Arrays.fill(weights, block);
        weights[0] = embedding;
        weights[weights.length - 1] = embedding;
      }
    }
    return balanced(weights, run.parallelism().pipeline());
  }

  /**
   * Deals layers in their order to stages so that the heaviest stage is as light as can be, and
   * fills the early stages first, as DeepSpeed's {@code partition_balanced} does.
   */
  private static int[] balanced(long[] weights, int stages) {
    long low = Arrays.stream(weights).max().orElse(0);
    long high = Arrays.stream(weights).sum();
    while (low < high) {
      long middle = low + (high - low) / 2;
      if (filled(weights, stages, middle)[stages - 1] == weights.length) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return filled(weights, stages, low);
  }

  private static int[] filled(long[] weights, int stages, long limit) {
    int[] ends = new int[stages];
    int next = 0;
    for (int stage = 0; stage < stages; stage++) {
      long weight = 0;
      // Every stage after this one needs a layer, too.
      int last = weights.length - (stages - 1 - stage);
      while (next < last && weight + weights[next] <= limit) {
        weight += weights[next];
        next++;
      }
      ends[stage] = next;
    }
    return ends;
  }

  /** All ranks. */
  public int worldSize() {
    return stages.size() * dataParallel * tensor;
  }

  /** The global rank; all three count from 0. */
  public int rank(int stage, int replica, int tensorRank) {
    return stage * dataParallel * tensor + replica * tensor + tensorRank;
  }

  /** The node of a rank. */
  public int nodeOf(int rank) {
    return rank / ranksPerNode;
  }

  /** The nodes that hold a stage, over all replicas. */
  public NodeRange nodesOfStage(int stage) {
    return new NodeRange(
        nodeOf(rank(stage, 0, 0)), nodeOf(rank(stage, dataParallel - 1, tensor - 1)));
  }

  /** The nodes that one replica of the model lies on, in the order of its stages. */
  public List<Integer> nodesOfReplica(int replica) {
    return IntStream.range(0, stages.size())
        .flatMap(
            stage ->
                IntStream.of(
                    nodeOf(rank(stage, replica, 0)), nodeOf(rank(stage, replica, tensor - 1))))
        .distinct()
        .boxed()
        .toList();
  }

  /** The stage with the most work for each sample. */
  Stage slowest(RunSpec run) {
    return stages.stream()
        .max(
            Comparator.comparingDouble(
                stage -> ModelArithmetic.stageFlops(run, stage.blocks(), stage.head())))
        .orElseThrow();
  }
}
