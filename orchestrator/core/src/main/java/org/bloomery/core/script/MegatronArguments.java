package org.bloomery.core.script;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.Parallelism;
import org.bloomery.core.spec.PipelinePartition;
import org.bloomery.core.spec.PositionEmbedding;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.TensorboardSeries;
import org.bloomery.core.spec.Training;
import org.bloomery.core.spec.TrainingData;

/** The command line of Megatron-DeepSpeed for one attempt of a run. */
public final class MegatronArguments {
  private final List<String> words = new ArrayList<>();

  private MegatronArguments() {}

  /**
   * One word an element, unquoted; the spec's extra arguments come last.
   *
   * @param run the run's whole spec, with its revisions
   */
  public static List<String> of(AttemptPlan plan, RunSpec run, ClusterProfile cluster) {
    RunSpec spec = run.at(plan.startIteration());
    MegatronArguments arguments = new MegatronArguments();
    arguments.parallelism(spec.parallelism());
    arguments.model(spec.model());
    arguments.batch(spec.batch());
    arguments.training(spec.training());
    arguments.logging(spec.training());
    arguments.data(plan, spec.data());
    arguments.checkpoints(plan, spec);
    // Only where the loaded one was converted: those saved afterwards are not universal, and told
    // that they are, DeepSpeed loads the converted one again at every restart.
    arguments.flag(
        "--universal-checkpoint", plan.resume().map(from -> from.isConverted(run)).orElse(false));
    arguments.system(plan, spec, cluster);
    arguments.words.addAll(spec.launcher().extraArguments());
    return List.copyOf(arguments.words);
  }

  private void parallelism(Parallelism parallelism) {
    add("--tensor-model-parallel-size", parallelism.tensor());
    add("--pipeline-model-parallel-size", parallelism.pipeline());
    if (parallelism.pipeline() > 1 && parallelism.partition() != PipelinePartition.TRANSFORMER) {
      add("--pp-partition-method", parallelism.partition().word());
    }
    flag("--sync-tp-duplicated-parameters", parallelism.syncDuplicated());
  }

  private void model(Model model) {
    add("--num-layers", model.layers());
    add("--hidden-size", model.hiddenSize());
    if (model.feedForwardSize() != 4 * model.hiddenSize()) {
      add("--ffn-hidden-size", model.feedForwardSize());
    }
    add("--num-attention-heads", model.attentionHeads());
    add("--seq-length", model.sequenceLength());
    if (model.positionEmbedding() != PositionEmbedding.ROTARY) {
      // Megatron refuses it there.
      add("--max-position-embeddings", model.maximumPositions());
    }
    if (model.padVocabulary()) {
      add("--pad-vocab-size-to", model.vocabularySize());
    }
    add(
        "--position-embedding-type",
        switch (model.positionEmbedding()) {
          case ALIBI -> "alibi";
          case LEARNED -> "absolute";
          case ROTARY -> "rotary";
        });
    flag("--embed-layernorm", model.embeddingLayerNorm());
    add("--init-method-std", model.initStd());
  }

  private void batch(Batch batch) {
    add("--micro-batch-size", batch.micro());
    add("--global-batch-size", batch.global());
    batch
        .rampUp()
        .ifPresent(
            ramp -> add("--rampup-batch-size", ramp.start(), ramp.increment(), ramp.samples()));
  }

  private void training(Training training) {
    add("--train-samples", training.samples());
    switch (training.precision()) {
      case BF16 -> add("--bf16");
      case FP16 -> add("--fp16");
      case FP32 -> {}
    }
    add("--seed", training.seed());
    Training.Optimizer optimizer = training.optimizer();
    add("--optimizer", optimizer.kind().word());
    add("--adam-beta1", optimizer.beta1());
    add("--adam-beta2", optimizer.beta2());
    add("--adam-eps", optimizer.epsilon());
    add("--clip-grad", optimizer.clipGradient());
    add("--weight-decay", optimizer.weightDecay());
    Training.LearningRate rate = training.learningRate();
    add("--lr", rate.peak());
    add("--min-lr", rate.minimum());
    add("--lr-decay-style", rate.decay().word());
    add("--lr-decay-samples", rate.decaySamples());
    add("--lr-warmup-samples", rate.warmupSamples());
    flag("--override-lr-scheduler", rate.override());
    if (!training.skipIterations().isEmpty()) {
      add(
          "--skip-train-iteration-range",
          training.skipIterations().stream()
              .map(range -> range.first() + "-" + range.last())
              .toArray());
    }
  }

  private void logging(Training training) {
    add("--log-interval", training.logEveryIterations());
    add("--eval-interval", training.evaluation().everyIterations());
    add("--eval-iters", training.evaluation().iterations());
    if (training.tensorboard().isEmpty()) {
      return;
    }
    Training.Tensorboard tensorboard = training.tensorboard().get();
    add("--tensorboard-dir", tensorboard.directory());
    tensorboard.queueSize().ifPresent(size -> add("--tensorboard-queue-size", size));
    for (TensorboardSeries series : tensorboard.log()) {
      add(
          switch (series) {
            case TIMERS -> "--log-timers-to-tensorboard";
            case BATCH_SIZE -> "--log-batch-size-to-tensorboard";
            case VALIDATION_PERPLEXITY -> "--log-validation-ppl-to-tensorboard";
          });
    }
  }

  private void data(AttemptPlan plan, TrainingData data) {
    add("--tokenizer-type", data.tokenizer().type());
    data.tokenizer().name().ifPresent(name -> add("--tokenizer-name-or-path", name));
    data.tokenizer().vocabularyFile().ifPresent(file -> add("--vocab-file", file));
    data.tokenizer().mergesFile().ifPresent(file -> add("--merge-file", file));
    add("--train-weighted-split-paths-path", plan.file(AttemptFiles.TRAIN_SPLITS));
    if (DataSplits.valid(data).isPresent()) {
      add("--valid-weighted-split-paths-path", plan.file(AttemptFiles.VALID_SPLITS));
    }
    data.implementation().ifPresent(kind -> add("--data-impl", kind.word()));
    data.workers().ifPresent(number -> add("--num-workers", number));
    data.validationWorkers().ifPresent(number -> add("--valid-num-workers", number));
  }

  private void checkpoints(AttemptPlan plan, RunSpec spec) {
    add("--save", plan.saveDirectory());
    // Without a checkpoint there is no --load at all: told to load what is not there, Megatron
    // only warns and starts from random weights.
    if (plan.resume().isPresent()) {
      add("--load", plan.file(AttemptFiles.LOAD));
    }
    add("--save-interval", spec.checkpoint().everyIterations());
    add("--kill-switch-path", plan.file(AttemptFiles.KILL_SWITCH));
    spec.launcher()
        .exitDuration()
        .ifPresent(duration -> add("--exit-duration-in-mins", minutes(duration)));
  }

  private void system(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    add(
        "--distributed-backend",
        switch (cluster.resourceManager()) {
          case LOCAL -> "gloo"; // the devices of this machine are CPU ranks
          case SLURM -> "nccl";
        });
    flag("--checkpoint-activations", spec.training().activationCheckpointing());
    flag("--deepspeed-activation-checkpointing", spec.training().activationCheckpointing());
    add("--deepspeed");
    add("--deepspeed_config", plan.file(AttemptFiles.DEEPSPEED_CONFIG));
    add("--zero-stage", spec.deepSpeed().zeroStage());
    flag("--cpu-optimizer", spec.deepSpeed().offloadOptimizer());
    if (spec.deepSpeed().offloadParameters()) {
      add("--remote-device", "cpu");
    }
  }

  private static String minutes(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis())
        .divide(BigDecimal.valueOf(60_000), 4, RoundingMode.DOWN)
        .stripTrailingZeros()
        .toPlainString();
  }

  private void flag(String flag, boolean wanted) {
    if (wanted) {
      add(flag);
    }
  }

  private void add(String flag, Object... values) {
    words.add(flag);
    for (Object value : values) {
      words.add(value instanceof Double number ? PlainNumber.of(number) : value.toString());
    }
  }
}
