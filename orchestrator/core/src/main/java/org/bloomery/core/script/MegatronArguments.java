package org.bloomery.core.script;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Model;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.Training;
import org.bloomery.core.spec.TrainingData;

/** The command line of Megatron-DeepSpeed for one attempt of a run. */
public final class MegatronArguments {
  private final List<String> words = new ArrayList<>();

  private MegatronArguments() {}

  /** One word an element, unquoted; the spec's extra arguments come last. */
  public static List<String> of(AttemptPlan plan, RunSpec spec, ClusterProfile cluster) {
    MegatronArguments arguments = new MegatronArguments();
    arguments.parallelism(spec);
    arguments.model(spec.model());
    arguments.batch(spec.batch());
    arguments.training(spec.training());
    arguments.data(plan, spec.data());
    arguments.checkpoints(plan, spec);
    arguments.system(plan, spec, cluster);
    arguments.words.addAll(spec.launcher().extraArguments());
    return List.copyOf(arguments.words);
  }

  private void parallelism(RunSpec spec) {
    add("--tensor-model-parallel-size", spec.parallelism().tensor());
    add("--pipeline-model-parallel-size", spec.parallelism().pipeline());
    if (spec.parallelism().pipeline() > 1) {
      // The embedding and the head weigh about as much as a block: count them when dealing stages.
      add("--pp-partition-method", "type:transformer|embedding");
    }
    if (spec.parallelism().tensor() > 1) {
      // Layer norms are held by every tensor rank, and drift apart in bf16 if nobody averages them.
      add("--sync-tp-duplicated-parameters");
    }
  }

  private void model(Model model) {
    add("--num-layers", model.layers());
    add("--hidden-size", model.hiddenSize());
    add("--num-attention-heads", model.attentionHeads());
    add("--seq-length", model.sequenceLength());
    add("--max-position-embeddings", model.maximumPositions());
    add("--pad-vocab-size-to", model.vocabularySize());
    add(
        "--position-embedding-type",
        switch (model.positionEmbedding()) {
          case ALIBI -> "alibi";
          case LEARNED -> "absolute";
          case ROTARY -> "rotary";
        });
    if (model.embeddingLayerNorm()) {
      add("--embed-layernorm");
    }
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
    add("--log-interval", training.logEveryIterations());
    add("--eval-interval", training.evaluation().everyIterations());
    add("--eval-iters", training.evaluation().iterations());
  }

  private void data(AttemptPlan plan, TrainingData data) {
    add("--tokenizer-type", data.tokenizer().type());
    data.tokenizer().name().ifPresent(name -> add("--tokenizer-name-or-path", name));
    data.tokenizer().vocabularyFile().ifPresent(file -> add("--vocab-file", file));
    data.tokenizer().mergesFile().ifPresent(file -> add("--merge-file", file));
    add("--train-weighted-split-paths-path", plan.file(AttemptFiles.TRAIN_SPLITS));
    add("--valid-weighted-split-paths-path", plan.file(AttemptFiles.VALID_SPLITS));
  }

  private void checkpoints(AttemptPlan plan, RunSpec spec) {
    add("--save", plan.saveDirectory());
    // Without a checkpoint there is no --load at all: told to load what is not there, Megatron
    // only warns and starts from random weights.
    if (plan.resumeIteration().isPresent()) {
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
    if (spec.training().activationCheckpointing()) {
      add("--checkpoint-activations");
      add("--deepspeed-activation-checkpointing");
    }
    add("--deepspeed");
    add("--deepspeed_config", plan.file(AttemptFiles.DEEPSPEED_CONFIG));
    add("--zero-stage", spec.deepSpeed().zeroStage());
  }

  private static String minutes(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis())
        .divide(BigDecimal.valueOf(60_000), 4, RoundingMode.DOWN)
        .stripTrailingZeros()
        .toPlainString();
  }

  private void add(String flag, Object... values) {
    words.add(flag);
    for (Object value : values) {
      words.add(value instanceof Double number ? PlainNumber.of(number) : value.toString());
    }
  }
}
