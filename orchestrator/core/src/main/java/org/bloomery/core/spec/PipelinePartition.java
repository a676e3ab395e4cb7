package org.bloomery.core.spec;

/** How the layers are dealt to pipeline stages; the words are DeepSpeed's. */
public enum PipelinePartition implements SpecWord {
  /**
   * Blocks and embeddings count alike: the embedding and the head weigh about as much as a block.
   */
  TRANSFORMER_AND_EMBEDDING("type:transformer|embedding"),
  /** Only blocks count; what the trainer does when it is not told. */
  TRANSFORMER("type:transformer"),
  /** Each stage gets about as many parameters. */
  PARAMETERS("parameters"),
  /** Each stage gets as many layers, whatever they are. */
  UNIFORM("uniform");

  private final String word;

  PipelinePartition(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
