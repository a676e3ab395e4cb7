package org.bloomery.core.spec;

/** The optimizer's algorithm. */
public enum OptimizerKind implements SpecWord {
  /** Adam with decoupled weight decay, as Megatron-DeepSpeed calls it. */
  ADAM("adam");

  private final String word;

  OptimizerKind(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
