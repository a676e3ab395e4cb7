package org.bloomery.core.spec;

import java.time.Duration;

/**
 * The rules between fields of a run. Each is judged as soon as the fields that it needs are good,
 * so that a mistake elsewhere does not hide it.
 *
 * <p>Sources of the rules of size: Megatron-DeepSpeed's argument checks ({@code
 * megatron/arguments.py}, {@code megatron/microbatches.py}) and BigScience's sanity checks.
 */
final class RunRules {
  private static final String NODES = "spec.resources.nodes";
  private static final String GPUS = "spec.resources.gpusPerNode";
  private static final String TIME_LIMIT = "spec.resources.timeLimit";
  private static final String LAYERS = "spec.model.layers";
  private static final String HIDDEN = "spec.model.hiddenSize";
  private static final String HEADS = "spec.model.attentionHeads";
  private static final String SEQUENCE = "spec.model.sequenceLength";
  private static final String POSITIONS = "spec.model.maximumPositions";
  private static final String VOCABULARY = "spec.model.vocabularySize";
  private static final String PAD_VOCABULARY = "spec.model.padVocabulary";
  private static final String PARTITION = "spec.parallelism.partition";
  private static final String TENSOR = "spec.parallelism.tensor";
  private static final String PIPELINE = "spec.parallelism.pipeline";
  private static final String MICRO = "spec.batch.micro";
  private static final String GLOBAL = "spec.batch.global";
  private static final String START = "spec.batch.rampUp.start";
  private static final String INCREMENT = "spec.batch.rampUp.increment";
  private static final String SAMPLES = "spec.training.samples";
  private static final String PEAK = "spec.training.learningRate.peak";
  private static final String MINIMUM = "spec.training.learningRate.minimum";
  private static final String DECAY_SAMPLES = "spec.training.learningRate.decaySamples";
  private static final String WARMUP_SAMPLES = "spec.training.learningRate.warmupSamples";
  private static final String EXIT_DURATION = "spec.launcher.exitDuration";
  private static final String FIRST_WAIT = "spec.restart.backoff.first";
  private static final String LONGEST_WAIT = "spec.restart.backoff.maximum";

  /** Megatron's own default of {@code --make-vocab-size-divisible-by}. */
  private static final long VOCABULARY_MULTIPLE = 128;

  /** BLOOM had 116; the schedule walks over all of them. */
  private static final long RAMP_STEPS_MAX = 10_000;

  private final Facts facts;

  private RunRules(Facts facts) {
    this.facts = facts;
  }

  static void check(Facts facts) {
    RunRules rules = new RunRules(facts);
    rules.model();
    rules.stages();
    rules.vocabulary();
    rules.topology();
    rules.batch();
    rules.rampUp();
    rules.samples();
    rules.learningRate();
    rules.times();
    TrainerRules.check(facts);
    DataRules.check(facts);
    ReservedNames.check(facts);
  }

  private void model() {
    if (facts.has(HIDDEN, HEADS) && facts.whole(HIDDEN) % facts.whole(HEADS) != 0) {
      facts.problem(
          SpecCode.HEADS_DO_NOT_DIVIDE,
          HEADS,
          facts.whole(HEADS) + " heads do not divide the hidden size " + facts.whole(HIDDEN),
          "Choose a hidden size that is a multiple of the heads.");
    }
    tensorDivides(HEADS, "attention heads");
    tensorDivides(VOCABULARY, "rows of the embedding");
    if (facts.has(SEQUENCE, POSITIONS) && facts.whole(POSITIONS) < facts.whole(SEQUENCE)) {
      facts.problem(
          SpecCode.SEQUENCE_TOO_LONG,
          SEQUENCE,
          "sequences of "
              + facts.whole(SEQUENCE)
              + " tokens exceed "
              + facts.whole(POSITIONS)
              + " positions",
          "Raise model.maximumPositions or shorten the sequences.");
    }
  }

  private void stages() {
    if (!facts.has(LAYERS, PIPELINE, PARTITION)) {
      return;
    }
    boolean evenly =
        switch (facts.value(PARTITION, PipelinePartition.class)) {
          case TRANSFORMER_AND_EMBEDDING -> true;
          // These may leave some stages with less than others.
          case TRANSFORMER, PARAMETERS, UNIFORM -> false;
        };
    if (evenly
        && facts.whole(PIPELINE) > 1
        && (facts.whole(LAYERS) + 2) % facts.whole(PIPELINE) != 0) {
      facts.problem(
          SpecCode.LAYERS_DO_NOT_DIVIDE,
          LAYERS,
          facts.whole(LAYERS)
              + " layers and 2 embeddings do not divide over "
              + facts.whole(PIPELINE)
              + " pipeline stages",
          "Choose layers + 2 as a multiple of parallelism.pipeline, or another partition.");
    }
  }

  private void vocabulary() {
    if (!facts.has(VOCABULARY, PAD_VOCABULARY, TENSOR)) {
      return;
    }
    boolean told = facts.value(PAD_VOCABULARY, Boolean.class);
    long multiple = told ? VOCABULARY_MULTIPLE : VOCABULARY_MULTIPLE * facts.whole(TENSOR);
    if (facts.whole(VOCABULARY) % multiple != 0) {
      facts.problem(
          SpecCode.VOCABULARY_PADDING,
          VOCABULARY,
          facts.whole(VOCABULARY)
              + " rows of the embedding are no multiple of "
              + multiple
              + (told ? "" : " (128 x tensor), to which the trainer pads by itself"),
          "Choose a multiple of " + multiple + ".");
    }
  }

  private void tensorDivides(String path, String what) {
    if (facts.has(path, TENSOR) && facts.whole(path) % facts.whole(TENSOR) != 0) {
      facts.problem(
          SpecCode.TENSOR_DOES_NOT_DIVIDE,
          path,
          facts.whole(path)
              + " "
              + what
              + " do not divide over "
              + facts.whole(TENSOR)
              + " devices",
          "Choose a multiple of parallelism.tensor.");
    }
  }

  private void topology() {
    if (facts.has(TENSOR, GPUS) && facts.whole(TENSOR) > facts.whole(GPUS)) {
      facts.problem(
          SpecCode.TENSOR_SPANS_NODES,
          TENSOR,
          "a layer shared by "
              + facts.whole(TENSOR)
              + " devices does not fit a node with "
              + facts.whole(GPUS),
          "Keep parallelism.tensor within resources.gpusPerNode.");
    }
    if (facts.has(NODES, GPUS, TENSOR, PIPELINE) && devices() % replicaDevices() != 0) {
      facts.problem(
          SpecCode.DEVICES_DO_NOT_DIVIDE,
          NODES,
          devices()
              + " devices do not divide into replicas of "
              + replicaDevices()
              + " (tensor x pipeline)",
          "Choose nodes x gpusPerNode as a multiple of it.");
    }
  }

  private long devices() {
    return facts.whole(NODES) * facts.whole(GPUS);
  }

  private long replicaDevices() {
    return facts.whole(TENSOR) * facts.whole(PIPELINE);
  }

  private boolean hasReplicas() {
    return facts.has(NODES, GPUS, TENSOR, PIPELINE, MICRO) && devices() % replicaDevices() == 0;
  }

  private void batch() {
    divides(GLOBAL, "the global batch");
    divides(START, "the first global batch");
    divides(INCREMENT, "the ramp-up's increment");
  }

  private void divides(String path, String what) {
    if (!hasReplicas() || !facts.has(path)) {
      return;
    }
    long replicas = devices() / replicaDevices();
    long step = facts.whole(MICRO) * replicas;
    if (facts.whole(path) % step != 0) {
      facts.problem(
          SpecCode.BATCH_DOES_NOT_DIVIDE,
          path,
          what
              + " of "
              + facts.whole(path)
              + " does not divide over "
              + replicas
              + " replicas with micro-batches of "
              + facts.whole(MICRO),
          "Choose a multiple of " + step + ".");
    }
  }

  private void rampUp() {
    if (!facts.has(START, INCREMENT, GLOBAL)) {
      return;
    }
    long climb = facts.whole(GLOBAL) - facts.whole(START);
    if (climb <= 0) {
      facts.problem(
          SpecCode.RAMP_UP,
          START,
          "the ramp-up starts at " + facts.whole(START) + ", not below the global batch",
          "Start below " + facts.whole(GLOBAL) + ", or remove rampUp.");
    } else if (climb % facts.whole(INCREMENT) != 0) {
      facts.problem(
          SpecCode.RAMP_UP,
          INCREMENT,
          "steps of "
              + facts.whole(INCREMENT)
              + " from "
              + facts.whole(START)
              + " miss the global batch "
              + facts.whole(GLOBAL),
          "Choose an increment that divides " + climb + ".");
    } else if (climb / facts.whole(INCREMENT) > RAMP_STEPS_MAX) {
      facts.problem(
          SpecCode.RAMP_UP,
          INCREMENT,
          "the ramp-up would have " + climb / facts.whole(INCREMENT) + " steps",
          "Choose an increment that makes at most " + RAMP_STEPS_MAX + " steps.");
    }
  }

  private void samples() {
    if (facts.has(SAMPLES, GLOBAL) && facts.whole(SAMPLES) < facts.whole(GLOBAL)) {
      facts.problem(
          SpecCode.TOO_FEW_SAMPLES,
          SAMPLES,
          facts.whole(SAMPLES) + " samples are less than one batch of " + facts.whole(GLOBAL),
          "Train on at least one global batch.");
    }
  }

  private void learningRate() {
    if (facts.has(PEAK, MINIMUM) && facts.decimal(MINIMUM) > facts.decimal(PEAK)) {
      facts.problem(
          SpecCode.LEARNING_RATE,
          MINIMUM,
          "the minimum " + facts.decimal(MINIMUM) + " is above the peak " + facts.decimal(PEAK),
          "Lower it to the peak or below.");
    }
    boolean late =
        facts.has(WARMUP_SAMPLES, DECAY_SAMPLES)
            && facts.whole(WARMUP_SAMPLES) >= facts.whole(DECAY_SAMPLES);
    if (late) {
      facts.problem(
          SpecCode.LEARNING_RATE,
          WARMUP_SAMPLES,
          "the warm-up ends after "
              + facts.whole(WARMUP_SAMPLES)
              + " samples, but the decay after "
              + facts.whole(DECAY_SAMPLES),
          "End the warm-up before the decay.");
    }
  }

  private void times() {
    if (facts.has(FIRST_WAIT, LONGEST_WAIT)
        && facts.duration(FIRST_WAIT).compareTo(facts.duration(LONGEST_WAIT)) > 0) {
      facts.problem(
          SpecCode.BACKOFF,
          FIRST_WAIT,
          "the first wait is longer than the longest",
          "Keep backoff.first within backoff.maximum.");
    }
    if (facts.has(EXIT_DURATION)) {
      exitDuration(facts.duration(EXIT_DURATION));
    }
  }

  private void exitDuration(Duration exit) {
    if (exit.toSecondsPart() != 0) {
      facts.problem(
          SpecCode.EXIT_DURATION,
          EXIT_DURATION,
          TimeSpan.words(exit) + " is not a whole number of minutes",
          "The trainer counts it in minutes.");
    }
    if (!facts.has(TIME_LIMIT)) {
      return;
    }
    Duration limit = facts.duration(TIME_LIMIT);
    Duration latest = limit.minus(Resources.saveMargin(limit));
    if (exit.compareTo(latest) > 0) {
      // The job's script makes it save at that time in any case.
      facts.problem(
          SpecCode.NEVER_LEAVES_BY_ITSELF,
          EXIT_DURATION,
          "the trainer would leave after "
              + TimeSpan.words(exit)
              + ", but is made to save and leave before, for the time limit of "
              + TimeSpan.words(limit),
          "To let it leave by itself: at most " + TimeSpan.words(latest) + ".");
    }
  }
}
