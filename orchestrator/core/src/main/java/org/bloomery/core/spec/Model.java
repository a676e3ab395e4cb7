package org.bloomery.core.spec;

/**
 * The network to train.
 *
 * @param layers transformer blocks
 * @param hiddenSize width of the residual stream
 * @param feedForwardSize width inside of each block, four times the hidden size in most models
 * @param sequenceLength tokens per sample
 * @param maximumPositions longest sequence that the model allows
 * @param vocabularySize rows of the embedding, padding included
 * @param padVocabulary whether the trainer is told to pad to that size; if not, it pads its
 *     tokenizer's to a multiple of {@code 128 x tensor} by itself
 * @param embeddingLayerNorm whether a layer norm follows the embedding
 * @param initStd standard deviation of the initial weights
 */
public record Model(
    ModelFamily family,
    int layers,
    int hiddenSize,
    int feedForwardSize,
    int attentionHeads,
    int sequenceLength,
    int maximumPositions,
    int vocabularySize,
    boolean padVocabulary,
    PositionEmbedding positionEmbedding,
    boolean embeddingLayerNorm,
    double initStd) {}
