package org.bloomery.core.spec;

/** What starts jobs on a cluster. */
public enum ResourceManagerKind implements SpecWord {
  /** Detached processes on this machine. */
  LOCAL("local"),
  /** SLURM through its commands. */
  SLURM("slurm");

  private final String word;

  ResourceManagerKind(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
