package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.spec.Training.Curriculum;
import org.bloomery.core.spec.Training.Evaluation;
import org.bloomery.core.spec.Training.IterationRange;
import org.bloomery.core.spec.Training.LearningRate;
import org.bloomery.core.spec.Training.Optimizer;
import org.bloomery.core.spec.Training.Tensorboard;

/** {@code spec.training}. */
final class TrainingSchema {
  private static final WholeNumber SAMPLE_COUNT = new WholeNumber(1, 1_000_000_000_000L);

  private static final Field<OptimizerKind> KIND =
      Field.withDefault(
          "kind", Choice.of(OptimizerKind.class), OptimizerKind.ADAM, "the optimizer");
  private static final Field<Double> BETA1 =
      Field.withDefault("beta1", Decimal.fromZero(1), 0.9, "decay of the first moment");
  private static final Field<Double> BETA2 =
      Field.withDefault("beta2", Decimal.fromZero(1), 0.95, "decay of the second moment");
  private static final Field<Double> EPSILON =
      Field.withDefault("epsilon", Decimal.positive(1), 1e-8, "what keeps a division finite");
  private static final Field<Double> WEIGHT_DECAY =
      Field.withDefault("weightDecay", Decimal.fromZero(10), 0.1, "pull of the weights to zero");
  private static final Field<Double> CLIP =
      Field.withDefault("clipGradient", Decimal.positive(1e6), 1.0, "largest norm of the gradient");
  private static final ObjectOf<Optimizer> OPTIMIZER_TYPE =
      new ObjectOf<>(
          List.of(KIND, BETA1, BETA2, EPSILON, WEIGHT_DECAY, CLIP),
          v ->
              new Optimizer(
                  v.get(KIND),
                  v.get(BETA1),
                  v.get(BETA2),
                  v.get(EPSILON),
                  v.get(WEIGHT_DECAY),
                  v.get(CLIP)));

  private static final Field<Double> PEAK =
      Field.required("peak", Decimal.positive(10), "the learning rate after the warm-up");
  private static final Field<Double> MINIMUM =
      Field.withDefault("minimum", Decimal.fromZero(10), 0.0, "where the decay ends");
  private static final Field<LearningRateDecay> DECAY =
      Field.withDefault(
          "decay", Choice.of(LearningRateDecay.class), LearningRateDecay.COSINE, "the curve");
  private static final Field<Long> DECAY_SAMPLES =
      Field.required("decaySamples", SAMPLE_COUNT, "samples at which the minimum is reached");
  private static final Field<Long> WARMUP_SAMPLES =
      Field.withDefault(
          "warmupSamples",
          new WholeNumber(0, SAMPLE_COUNT.maximum()),
          0L,
          "samples at which the peak is reached");
  private static final Field<Boolean> OVERRIDE =
      Field.withDefault(
          "override",
          new Flag(),
          false,
          "whether these numbers replace those of a loaded checkpoint");
  private static final ObjectOf<LearningRate> LEARNING_RATE_TYPE =
      new ObjectOf<>(
          List.of(PEAK, MINIMUM, DECAY, DECAY_SAMPLES, WARMUP_SAMPLES, OVERRIDE),
          v ->
              new LearningRate(
                  v.get(PEAK),
                  v.get(MINIMUM),
                  v.get(DECAY),
                  v.get(DECAY_SAMPLES),
                  v.get(WARMUP_SAMPLES),
                  v.get(OVERRIDE)));

  private static final Field<Long> EVALUATE_EVERY =
      Field.withDefault(
          "everyIterations", WholeNumber.positive(), 1000L, "iterations between validations");
  private static final Field<Long> EVALUATE_BATCHES =
      Field.withDefault(
          "iterations",
          new WholeNumber(0, 1_000_000),
          1L,
          "batches of each validation set; 0 means no validation");
  private static final ObjectOf<Evaluation> EVALUATION_TYPE =
      new ObjectOf<>(
          List.of(EVALUATE_EVERY, EVALUATE_BATCHES),
          v -> new Evaluation(v.integer(EVALUATE_EVERY), v.integer(EVALUATE_BATCHES)));

  private static final WholeNumber TOKENS = new WholeNumber(1, 16_777_216);
  private static final Field<Long> SHORTEST =
      Field.required("minimum", TOKENS, "tokens of the first sequences, a multiple of step");
  private static final Field<Long> LONGEST =
      Field.required("maximum", TOKENS, "tokens of the last sequences");
  private static final Field<Long> GROWTH =
      Field.required("iterations", WholeNumber.positive(), "iterations over which they grow");
  private static final Field<Long> STEP =
      Field.withDefault(
          "step", TOKENS, 8L, "sequences are a multiple of this long; 8 suits the GPU's cores");
  private static final ObjectOf<Curriculum> CURRICULUM_TYPE =
      new ObjectOf<>(
          List.of(SHORTEST, LONGEST, GROWTH, STEP),
          v ->
              new Curriculum(
                  v.integer(SHORTEST), v.integer(LONGEST), v.integer(GROWTH), v.integer(STEP)));

  private static final WholeNumber ITERATION = new WholeNumber(1, 1_000_000_000);
  private static final Field<Long> FIRST =
      Field.required("first", ITERATION, "the first iteration that is skipped");
  private static final Field<Long> LAST =
      Field.required("last", ITERATION, "the last iteration that is skipped");
  private static final ObjectOf<IterationRange> RANGE_TYPE =
      new ObjectOf<>(List.of(FIRST, LAST), v -> new IterationRange(v.get(FIRST), v.get(LAST)));

  private static final Field<String> TENSORBOARD_DIRECTORY =
      Field.required("directory", new PathText(), "where the files go, absolute");
  private static final Field<Optional<Long>> QUEUE_SIZE =
      Field.optional(
          "queueSize", new WholeNumber(1, 1_000_000), "events that are kept before a write");
  private static final Field<List<TensorboardSeries>> SERIES =
      Field.withDefault(
          "log",
          new ListOf<>(Choice.of(TensorboardSeries.class), 0, 3),
          List.of(),
          "what the files hold besides the loss and the learning rate");
  private static final ObjectOf<Tensorboard> TENSORBOARD_TYPE =
      new ObjectOf<>(
          List.of(TENSORBOARD_DIRECTORY, QUEUE_SIZE, SERIES),
          v ->
              new Tensorboard(
                  v.get(TENSORBOARD_DIRECTORY),
                  v.get(QUEUE_SIZE).map(Math::toIntExact),
                  v.get(SERIES)));

  private static final Field<Long> SAMPLES =
      Field.required("samples", SAMPLE_COUNT, "sequences to train on in all");
  private static final Field<Precision> PRECISION =
      Field.required("precision", Choice.of(Precision.class), "bf16, fp16 or fp32");
  private static final Field<Optional<LossScale>> LOSS_SCALE =
      Field.optional("lossScale", LossScaleSchema.TYPE, "what fp16 multiplies the loss with");
  private static final Field<Long> SEED =
      Field.withDefault(
          "seed", new WholeNumber(1, Integer.MAX_VALUE), 42L, "start of all random sequences");
  private static final Field<Boolean> ACTIVATION_CHECKPOINTING =
      Field.withDefault(
          "activationCheckpointing",
          new Flag(),
          false,
          "whether activations are recomputed to save memory");
  private static final Field<Optimizer> OPTIMIZER =
      Field.defaulted("optimizer", OPTIMIZER_TYPE, "the optimizer and its numbers");
  private static final Field<LearningRate> LEARNING_RATE =
      Field.required("learningRate", LEARNING_RATE_TYPE, "the learning rate's curve");
  private static final Field<Optional<Curriculum>> CURRICULUM =
      Field.optional("curriculum", CURRICULUM_TYPE, "sequences that start short and grow");
  private static final Field<List<IterationRange>> SKIP =
      Field.withDefault(
          "skipIterations",
          new ListOf<>(RANGE_TYPE, 0, 1000),
          List.of(),
          "iterations whose data is not trained on, such as {first: 13251, last: 14000}");
  private static final Field<Evaluation> EVALUATION =
      Field.defaulted("evaluation", EVALUATION_TYPE, "when validation runs");
  private static final Field<Long> LOG_EVERY =
      Field.withDefault(
          "logEveryIterations", new WholeNumber(1, 10_000), 1L, "iterations per line of the log");

  private static final Field<Optional<Tensorboard>> TENSORBOARD =
      Field.optional("tensorboard", TENSORBOARD_TYPE, "files for TensorBoard");

  static final ObjectOf<Training> TYPE =
      new ObjectOf<>(
          List.of(
              SAMPLES,
              PRECISION,
              LOSS_SCALE,
              SEED,
              ACTIVATION_CHECKPOINTING,
              OPTIMIZER,
              LEARNING_RATE,
              CURRICULUM,
              SKIP,
              EVALUATION,
              LOG_EVERY,
              TENSORBOARD),
          v ->
              new Training(
                  v.get(SAMPLES),
                  v.get(PRECISION),
                  v.get(LOSS_SCALE),
                  v.integer(SEED),
                  v.get(ACTIVATION_CHECKPOINTING),
                  v.get(OPTIMIZER),
                  v.get(LEARNING_RATE),
                  v.get(CURRICULUM),
                  v.get(SKIP),
                  v.get(EVALUATION),
                  v.integer(LOG_EVERY),
                  v.get(TENSORBOARD)));

  private TrainingSchema() {}
}
