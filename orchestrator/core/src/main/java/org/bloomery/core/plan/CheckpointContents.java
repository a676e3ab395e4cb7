package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointLayout.Shards;
import org.bloomery.core.plan.Topology.Stage;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;

/**
 * The files of a checkpoint's directory, as DeepSpeed's pipeline engine writes them. BLOOM-176B on
 * 8 replicas: 288 of layers, 48 of model-parallel ranks and 384 shards of the optimizer, 2.511 TB.
 */
public record CheckpointContents(List<FileClass> classes) {

  public CheckpointContents {
    classes = List.copyOf(classes);
  }

  /**
   * Files of the same size.
   *
   * @param holds what is in them
   * @param bytesEach of tensors; some kilobytes around them are not counted
   */
  public record FileClass(String holds, long files, long bytesEach) {
    long bytes() {
      return files * bytesEach;
    }
  }

  /** Of all files. */
  public long bytes() {
    return classes.stream().mapToLong(FileClass::bytes).sum();
  }

  /** How many there are; {@code latest} lies beside them and is not counted. */
  public long files() {
    return classes.stream().mapToLong(FileClass::files).sum();
  }

  /** What a checkpoint of this spec, as it is without its revisions, holds. */
  public static CheckpointContents of(RunSpec run) {
    return of(run, Topology.of(run));
  }

  /** The names of those files. */
  public static CheckpointLayout layout(RunSpec run) {
    return new CheckpointLayout(
        run.model().layers(),
        run.parallelism().tensor(),
        run.parallelism().pipeline(),
        run.dataParallel(),
        shards(run));
  }

  private static Shards shards(RunSpec run) {
    if (run.training().precision() == Precision.BF16) {
      return Shards.BF16;
    }
    return run.deepSpeed().zeroStage() >= 1 ? Shards.ZERO : Shards.NONE;
  }

  static CheckpointContents of(RunSpec run, Topology topology) {
    List<FileClass> classes = new ArrayList<>();
    layers(classes, run, topology);
    long master = masterBytes(run.training().precision());
    boolean sharded = shards(run) != Shards.NONE;
    for (Stage stage : topology.stages()) {
      long state = stage.parametersPerDevice() * master;
      classes.add(
          new FileClass(
              "model states of stage " + stage.index(), topology.tensor(), sharded ? 0 : state));
      if (sharded) {
        classes.add(
            new FileClass(
                "optimizer of stage " + stage.index(),
                (long) topology.tensor() * topology.dataParallel(),
                state / topology.dataParallel()));
      }
    }
    return new CheckpointContents(classes);
  }

  private static void layers(List<FileClass> classes, RunSpec run, Topology topology) {
    int tensor = topology.tensor();
    long width = weightBytes(run.training().precision());
    classes.add(
        new FileClass(
            "embedding",
            tensor,
            width * ModelArithmetic.embeddingParametersPerRank(run.model(), tensor)));
    classes.add(
        new FileClass(
            "one block",
            (long) run.model().layers() * tensor,
            width * ModelArithmetic.blockParametersPerRank(run.model(), tensor)));
    classes.add(
        new FileClass(
            "final layer norm", tensor, width * ModelArithmetic.finalNormParameters(run.model())));
  }

  private static long weightBytes(Precision precision) {
    return precision == Precision.FP32 ? 4 : 2;
  }

  /** Both Adam moments, and the weights in fp32 where the training has them in another format. */
  private static long masterBytes(Precision precision) {
    return precision == Precision.FP32 ? 8 : 12;
  }

  /** What a checkpoint holds of each parameter: 14 in the two formats of two bytes. */
  static long bytesPerParameter(Precision precision) {
    return weightBytes(precision) + masterBytes(precision);
  }
}
