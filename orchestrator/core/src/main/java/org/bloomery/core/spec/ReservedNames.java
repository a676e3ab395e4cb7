package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** Arguments and variables that the control plane sets itself, so that a spec must not. */
final class ReservedNames {
  private static final String ARGUMENTS = "spec.launcher.extraArguments";
  private static final String ENVIRONMENT = "spec.launcher.environment";

  /** Names that decide what the job script itself does, or that it sets. */
  private static final List<String> VARIABLES =
      List.of("BASH_ENV", "BASHOPTS", "ENV", "IFS", "PS4", "SHELLOPTS");

  private static final List<String> VARIABLE_PREFIXES = List.of("BLOOMERY_", "SBATCH_", "SLURM_");

  /** An argument of the trainer, and the field that sets it. */
  private record Owned(String argument, String owner) {}

  private static final List<Owned> OWNED =
      List.of(
          new Owned("--adam-beta1", "training.optimizer.beta1"),
          new Owned("--adam-beta2", "training.optimizer.beta2"),
          new Owned("--adam-eps", "training.optimizer.epsilon"),
          new Owned("--bf16", "training.precision"),
          new Owned("--checkpoint-activations", "training.activationCheckpointing"),
          new Owned("--clip-grad", "training.optimizer.clipGradient"),
          new Owned("--cpu-optimizer", "deepSpeed.offloadOptimizer"),
          new Owned("--data-impl", "data.implementation"),
          new Owned("--data-path", "data.mixture"),
          new Owned("--deepspeed", "the control plane"),
          new Owned("--deepspeed-activation-checkpointing", "training.activationCheckpointing"),
          new Owned("--deepspeed_config", "the control plane"),
          new Owned("--embed-layernorm", "model.embeddingLayerNorm"),
          new Owned("--eval-interval", "training.evaluation.everyIterations"),
          new Owned("--eval-iters", "training.evaluation.iterations"),
          new Owned("--exit-duration-in-mins", "launcher.exitDuration"),
          new Owned("--ffn-hidden-size", "model.feedForwardSize"),
          new Owned("--fp16", "training.precision"),
          new Owned("--global-batch-size", "batch.global"),
          new Owned("--hidden-size", "model.hiddenSize"),
          new Owned("--init-method-std", "model.initStd"),
          new Owned("--kill-switch-path", "the control plane"),
          new Owned("--load", "the control plane"),
          new Owned("--log-batch-size-to-tensorboard", "training.tensorboard.log"),
          new Owned("--log-interval", "training.logEveryIterations"),
          new Owned("--log-timers-to-tensorboard", "training.tensorboard.log"),
          new Owned("--log-validation-ppl-to-tensorboard", "training.tensorboard.log"),
          new Owned("--lr", "training.learningRate.peak"),
          new Owned("--lr-decay-iters", "training.learningRate.decaySamples"),
          new Owned("--lr-decay-samples", "training.learningRate.decaySamples"),
          new Owned("--lr-decay-style", "training.learningRate.decay"),
          new Owned("--lr-warmup-fraction", "training.learningRate.warmupSamples"),
          new Owned("--lr-warmup-iters", "training.learningRate.warmupSamples"),
          new Owned("--lr-warmup-samples", "training.learningRate.warmupSamples"),
          new Owned("--make-vocab-size-divisible-by", "model.vocabularySize"),
          new Owned("--max-position-embeddings", "model.maximumPositions"),
          new Owned("--merge-file", "data.tokenizer.mergesFile"),
          new Owned("--micro-batch-size", "batch.micro"),
          new Owned("--min-lr", "training.learningRate.minimum"),
          new Owned("--num-attention-heads", "model.attentionHeads"),
          new Owned("--num-layers", "model.layers"),
          new Owned("--num-workers", "data.workers"),
          new Owned("--optimizer", "training.optimizer.kind"),
          new Owned("--override-lr-scheduler", "training.learningRate.override"),
          new Owned("--pad-vocab-size-to", "model.vocabularySize"),
          new Owned("--pipeline-model-parallel-size", "parallelism.pipeline"),
          new Owned("--position-embedding-type", "model.positionEmbedding"),
          new Owned("--pp-partition-method", "parallelism.partition"),
          new Owned("--rampup-batch-size", "batch.rampUp"),
          new Owned("--remote-device", "deepSpeed.offloadParameters"),
          new Owned("--save", "checkpoint.directory"),
          new Owned("--save-interval", "checkpoint.everyIterations"),
          new Owned("--seed", "training.seed"),
          new Owned("--seq-length", "model.sequenceLength"),
          new Owned("--skip-train-iteration-range", "training.skipIterations"),
          new Owned("--split", "data.split"),
          new Owned("--sync-tp-duplicated-parameters", "parallelism.syncDuplicated"),
          new Owned("--tensor-model-parallel-size", "parallelism.tensor"),
          new Owned("--tensorboard-dir", "training.tensorboard.directory"),
          new Owned("--tensorboard-queue-size", "training.tensorboard.queueSize"),
          new Owned("--tokenizer-name-or-path", "data.tokenizer.name"),
          new Owned("--tokenizer-type", "data.tokenizer.type"),
          new Owned("--train-iters", "training.samples"),
          new Owned("--train-samples", "training.samples"),
          new Owned("--train-weighted-split-paths", "data.mixture"),
          new Owned("--train-weighted-split-paths-path", "data.mixture"),
          new Owned("--universal-checkpoint", "a revision's universalCheckpoint"),
          new Owned("--valid-num-workers", "data.validationWorkers"),
          new Owned("--valid-weighted-split-paths", "data.validation"),
          new Owned("--valid-weighted-split-paths-path", "data.validation"),
          new Owned("--vocab-file", "data.tokenizer.vocabularyFile"),
          new Owned("--weight-decay", "training.optimizer.weightDecay"),
          new Owned("--zero-stage", "deepSpeed.zeroStage"));

  private ReservedNames() {}

  static void check(Facts facts) {
    for (int i = 0; i < facts.size(ARGUMENTS); i++) {
      String path = ARGUMENTS + "[" + i + "]";
      String word = facts.has(path) ? facts.value(path, String.class) : "";
      owner(word)
          .ifPresent(
              owned ->
                  facts.problem(
                      SpecCode.RESERVED_NAME,
                      path,
                      Shown.quoted(word) + " is set by " + owned.owner(),
                      "Remove it from the extra arguments."));
    }
    for (String path : facts.binding().below(ENVIRONMENT)) {
      String name = path.substring(ENVIRONMENT.length() + 1);
      boolean reserved =
          VARIABLES.contains(name) || VARIABLE_PREFIXES.stream().anyMatch(name::startsWith);
      if (reserved) {
        facts.problem(
            SpecCode.RESERVED_NAME,
            path,
            "the variable " + name + " belongs to the job script",
            "Remove it from the environment.");
      }
    }
  }

  /** Python's argparse takes any unambiguous beginning of an argument for the argument. */
  private static Optional<Owned> owner(String word) {
    String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
    if (!name.startsWith("--") || name.length() < 4) {
      return Optional.empty();
    }
    return OWNED.stream().filter(owned -> owned.argument().startsWith(name)).findFirst();
  }
}
