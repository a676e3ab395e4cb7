package org.bloomery.core.spec;

/**
 * The network to train.
 *
 * @param layers transformer blocks
 * @param hiddenSize width of the residual stream
 * @param sequenceLength tokens per sample
 * @param maximumPositions longest sequence that the model allows
 * @param vocabularySize rows of the embedding, padding included
 * @param embeddingLayerNorm whether a layer norm follows the embedding
 * @param initStd standard deviation of the initial weights
 */
public record Model(
    ModelFamily family,
    int layers,
    int hiddenSize,
    int attentionHeads,
    int sequenceLength,
    int maximumPositions,
    int vocabularySize,
    PositionEmbedding positionEmbedding,
    boolean embeddingLayerNorm,
    double initStd) {}
