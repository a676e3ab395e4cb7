package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;

/** {@code spec.model} and {@code spec.parallelism}. */
final class ModelSchema {
  private static final Field<ModelFamily> FAMILY =
      Field.required("family", Choice.of(ModelFamily.class), "the architecture, such as bloom");
  private static final Field<Long> LAYERS =
      Field.required("layers", new WholeNumber(1, 10_000), "how many transformer blocks it has");
  private static final Field<Long> HIDDEN =
      Field.required("hiddenSize", new WholeNumber(1, 1_000_000), "width of the residual stream");
  private static final Field<Optional<Long>> FEED_FORWARD =
      Field.optional(
          "feedForwardSize",
          new WholeNumber(1, 10_000_000),
          "width inside of each block; four times the hidden size if absent");
  private static final Field<Long> HEADS =
      Field.required("attentionHeads", new WholeNumber(1, 10_000), "attention heads per block");
  private static final Field<Long> SEQUENCE =
      Field.required("sequenceLength", new WholeNumber(1, 16_777_216), "tokens per sample");
  private static final Field<Optional<Long>> POSITIONS =
      Field.optional(
          "maximumPositions",
          new WholeNumber(1, 16_777_216),
          "longest sequence that the model allows; the sequence length if absent");
  private static final Field<Long> VOCABULARY =
      Field.required(
          "vocabularySize",
          new WholeNumber(1, 100_000_000),
          "rows of the embedding, padding included");
  private static final Field<Boolean> PAD_VOCABULARY =
      Field.withDefault(
          "padVocabulary",
          new Flag(),
          true,
          "whether the trainer is told to pad to vocabularySize, or pads by itself");
  private static final Field<PositionEmbedding> POSITION_EMBEDDING =
      Field.required(
          "positionEmbedding", Choice.of(PositionEmbedding.class), "how positions are told apart");
  private static final Field<Boolean> EMBEDDING_LAYER_NORM =
      Field.withDefault(
          "embeddingLayerNorm", new Flag(), false, "whether a layer norm follows the embedding");
  private static final Field<Double> INIT_STD =
      Field.withDefault(
          "initStd",
          Decimal.positive(1),
          0.02,
          "standard deviation of the initial weights; Megatron's own default is 0.02");

  static final ObjectOf<Model> MODEL =
      new ObjectOf<>(
          List.of(
              FAMILY,
              LAYERS,
              HIDDEN,
              FEED_FORWARD,
              HEADS,
              SEQUENCE,
              POSITIONS,
              VOCABULARY,
              PAD_VOCABULARY,
              POSITION_EMBEDDING,
              EMBEDDING_LAYER_NORM,
              INIT_STD),
          v ->
              new Model(
                  v.get(FAMILY),
                  v.integer(LAYERS),
                  v.integer(HIDDEN),
                  Math.toIntExact(v.get(FEED_FORWARD).orElse(4 * v.get(HIDDEN))),
                  v.integer(HEADS),
                  v.integer(SEQUENCE),
                  Math.toIntExact(v.get(POSITIONS).orElse(v.get(SEQUENCE))),
                  v.integer(VOCABULARY),
                  v.get(PAD_VOCABULARY),
                  v.get(POSITION_EMBEDDING),
                  v.get(EMBEDDING_LAYER_NORM),
                  v.get(INIT_STD)));

  private static final Field<Long> TENSOR =
      Field.withDefault("tensor", new WholeNumber(1, 64), 1L, "devices that share each layer");
  private static final Field<Long> PIPELINE =
      Field.withDefault(
          "pipeline", new WholeNumber(1, 10_000), 1L, "stages that the layers are dealt to");

  private static final Field<PipelinePartition> PARTITION =
      Field.withDefault(
          "partition",
          Choice.of(PipelinePartition.class),
          PipelinePartition.TRANSFORMER_AND_EMBEDDING,
          "how the layers are dealt to stages");
  private static final Field<Optional<Boolean>> SYNC_DUPLICATED =
      Field.optional(
          "syncDuplicated",
          new Flag(),
          "whether what every tensor rank holds is averaged over them; as tensor > 1 if absent");

  static final ObjectOf<Parallelism> PARALLELISM =
      new ObjectOf<>(
          List.of(TENSOR, PIPELINE, PARTITION, SYNC_DUPLICATED),
          v ->
              new Parallelism(
                  v.integer(TENSOR),
                  v.integer(PIPELINE),
                  v.get(PARTITION),
                  v.get(SYNC_DUPLICATED).orElse(v.get(TENSOR) > 1)));

  private ModelSchema() {}
}
