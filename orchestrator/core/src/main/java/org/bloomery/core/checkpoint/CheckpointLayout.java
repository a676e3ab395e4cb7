package org.bloomery.core.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * The files of a checkpoint as DeepSpeed's pipeline engine names them.
 *
 * <p>Sources: DeepSpeed {@code runtime/pipe/module.py} (layer files), {@code runtime/engine.py}
 * (model and optimizer files), and {@code GPTModelPipe} of Megatron-DeepSpeed, whose module list
 * puts the embedding first, then two steps without weights around the blocks.
 *
 * @param layers transformer blocks
 * @param tensor tensor-parallel ranks
 * @param pipeline pipeline stages
 * @param data data-parallel ranks
 * @param shards which files hold the optimizer's state
 */
public record CheckpointLayout(int layers, int tensor, int pipeline, int data, Shards shards) {

  /** More files than this no training has; it keeps mistyped specs from filling the memory. */
  public static final long FILES_MAX = 1_000_000;

  /** What becomes of the optimizer's state; it depends on which of DeepSpeed's optimizers it is. */
  public enum Shards {
    /** {@code BF16_Optimizer}: each replica writes its share, whatever the ZeRO stage. */
    BF16("bf16_zero_pp_rank_"),
    /** The optimizers of ZeRO stages 1 to 3: each replica writes its share. */
    ZERO("zero_pp_rank_"),
    /** Without ZeRO: the state is whole, and in the files of the model states. */
    NONE("");

    private final String prefix;

    Shards(String prefix) {
      this.prefix = prefix;
    }

    /** What stands before the data-parallel rank. */
    public String prefix() {
      return prefix;
    }
  }

  /**
   * One file that must be there.
   *
   * @param sizeClass files of one class have nearly the same size
   */
  public record Expected(String name, SizeClass sizeClass) {}

  public CheckpointLayout {
    if (layers < 1 || tensor < 1 || pipeline < 1 || data < 1) {
      throw new IllegalArgumentException(
          "a layout needs at least one layer and one rank of each kind: "
              + "layers "
              + layers
              + ", tensor "
              + tensor
              + ", pipeline "
              + pipeline
              + ", data "
              + data);
    }
    if (files(layers, tensor, pipeline, sharing(shards, data)) > FILES_MAX) {
      throw new IllegalArgumentException("a layout of more than " + FILES_MAX + " files");
    }
  }

  /** How many files a complete checkpoint has; {@code latest} lies beside it and is not counted. */
  public int fileCount() {
    return (int) files(layers, tensor, pipeline, sharing(shards, data));
  }

  private static int sharing(Shards shards, int data) {
    return shards == Shards.NONE ? 0 : data;
  }

  /** All files, in the order in which the trainer writes them. */
  public List<Expected> expected() {
    List<Expected> files = new ArrayList<>(fileCount());
    addLayer(files, 1, new SizeClass("embedding", SizeClass.ZIP_TOLERANCE_BYTES, 0));
    for (int block = 0; block < layers; block++) {
      addLayer(files, 3 + block, new SizeClass("blocks", SizeClass.ZIP_TOLERANCE_BYTES, 0));
    }
    addLayer(
        files, layers + 4, new SizeClass("final layer norm", SizeClass.ZIP_TOLERANCE_BYTES, 0));
    for (int rank = 0; rank < tensor * pipeline; rank++) {
      String stage = " of stage " + rank / tensor;
      files.add(
          new Expected(
              "mp_rank_" + twoDigits(rank) + "_model_states.pt",
              new SizeClass("model states" + stage, SizeClass.STATE_TOLERANCE_BYTES, 0)));
    }
    for (int rank = 0; rank < tensor * pipeline; rank++) {
      String stage = " of stage " + rank / tensor;
      for (int replica = 0; replica < sharing(shards, data); replica++) {
        files.add(
            new Expected(
                shards.prefix() + replica + "_mp_rank_" + twoDigits(rank) + "_optim_states.pt",
                new SizeClass("optimizer shards" + stage, SizeClass.STATE_TOLERANCE_BYTES, 100)));
      }
    }
    return files;
  }

  private void addLayer(List<Expected> files, int layer, SizeClass sizeClass) {
    for (int rank = 0; rank < tensor; rank++) {
      files.add(
          new Expected(
              "layer_" + twoDigits(layer) + "-model_" + twoDigits(rank) + "-model_states.pt",
              sizeClass));
    }
  }

  private static long files(long layers, long tensor, long pipeline, long sharing) {
    long modelRanks = tensor * pipeline;
    // Only sane factors are multiplied, so that nothing overflows.
    boolean sane = Math.max(layers, Math.max(modelRanks, sharing)) <= FILES_MAX;
    return sane ? (layers + 2) * tensor + modelRanks + sharing * modelRanks : Long.MAX_VALUE;
  }

  private static String twoDigits(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }
}
