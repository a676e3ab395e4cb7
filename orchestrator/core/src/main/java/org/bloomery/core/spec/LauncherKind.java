package org.bloomery.core.spec;

/** The training program that the run starts, hence its arguments, log and checkpoints. */
public enum LauncherKind implements SpecWord {
  /** Megatron-DeepSpeed, or a program that keeps to its contract. */
  MEGATRON_DEEPSPEED("megatron-deepspeed");

  private final String word;

  LauncherKind(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
