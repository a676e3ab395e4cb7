package org.bloomery.core.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a run cannot change while it goes on, because its next attempt loads what the last one
 * saved.
 *
 * <p>Sources: Megatron-DeepSpeed's {@code check_checkpoint_args} and {@code AnnealingLR}, and
 * DeepSpeed's check of the data-parallel size when it loads the optimizer.
 */
final class RevisionRules {
  private static final String LEARNING_RATE = "spec.training.learningRate";
  private static final String OVERRIDE = LEARNING_RATE + ".override";

  /** Fields, and why they stay; a field's name stands for all below it too. */
  private record Fixed(List<String> fields, String why) {}

  private static final List<Fixed> FIXED =
      List.of(
          new Fixed(
              List.of(
                  "spec.model",
                  "spec.parallelism.tensor",
                  "spec.parallelism.pipeline",
                  "spec.parallelism.partition"),
              "the checkpoint holds the model in this shape, cut in this way"),
          new Fixed(
              List.of(
                  "spec.training.precision",
                  "spec.training.optimizer.kind",
                  "spec.deepSpeed.zeroStage"),
              "the checkpoint holds the optimizer in this form"),
          new Fixed(List.of("spec.data.tokenizer"), "the model has learnt its tokens"),
          new Fixed(
              List.of("spec.training.logEveryIterations"),
              "the log tells by it whether a training goes on where its checkpoint ends"),
          new Fixed(
              List.of("spec.cluster", "spec.checkpoint.directory", "spec.restart", "spec.budget"),
              "it belongs to the run as a whole"));

  private final Facts before;
  private final Facts after;

  /** Paths of single values that differ; most revisions change a few of some hundred. */
  private final List<String> changed;

  private RevisionRules(Facts before, Facts after) {
    this.before = before;
    this.after = after;
    this.changed = after.binding().changedSince(before.binding(), RevisionRules::isSingle);
  }

  /** Compares two states of a spec; the problems go to the later one. */
  static void check(Facts before, Facts after, boolean universalCheckpoint) {
    RevisionRules rules = new RevisionRules(before, after);
    rules.fixed();
    rules.learningRate();
    if (!universalCheckpoint) {
      rules.dataParallel();
    }
  }

  /** Model replicas, where they can be counted. */
  static Optional<Long> replicas(Facts facts) {
    String tensor = "spec.parallelism.tensor";
    String pipeline = "spec.parallelism.pipeline";
    String nodes = "spec.resources.nodes";
    String gpus = "spec.resources.gpusPerNode";
    if (!facts.has(tensor, pipeline, nodes, gpus)) {
      return Optional.empty();
    }
    long devices = facts.whole(nodes) * facts.whole(gpus);
    return Optional.of(devices / (facts.whole(tensor) * facts.whole(pipeline)));
  }

  private void fixed() {
    for (Fixed fixed : FIXED) {
      for (String path : changed(fixed.fields())) {
        after.problem(
            SpecCode.REVISION,
            path,
            "this cannot change while the run goes on: " + fixed.why(),
            "Keep it, or start another run.");
      }
    }
  }

  private void learningRate() {
    boolean overridden = after.has(OVERRIDE) && after.value(OVERRIDE, Boolean.class);
    for (String path : overridden ? List.<String>of() : changed(List.of(LEARNING_RATE))) {
      if (!path.equals(OVERRIDE)) {
        after.problem(
            SpecCode.REVISION,
            path,
            "the trainer refuses a checkpoint that was trained with other numbers",
            "Set " + OVERRIDE + ": true with it.");
      }
    }
  }

  private void dataParallel() {
    Optional<Long> was = replicas(before);
    Optional<Long> is = replicas(after);
    if (was.isPresent() && is.isPresent() && !was.equals(is)) {
      after.problem(
          SpecCode.UNIVERSAL_CHECKPOINT,
          before.whole("spec.resources.nodes") == after.whole("spec.resources.nodes")
              ? "spec.resources.gpusPerNode"
              : "spec.resources.nodes",
          "the optimizer is saved for " + was.get() + " replicas and would load on " + is.get(),
          "Convert the checkpoint and set universalCheckpoint: true, or keep the devices.");
    }
  }

  private List<String> changed(List<String> fields) {
    return changed.stream()
        .filter(path -> fields.stream().anyMatch(field -> isWithin(path, field)))
        .toList();
  }

  private static boolean isWithin(String path, String field) {
    return path.equals(field) || path.startsWith(field + ".") || path.startsWith(field + "[");
  }

  private static boolean isSingle(Object value) {
    return value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Duration
        || value instanceof Enum<?>;
  }
}
