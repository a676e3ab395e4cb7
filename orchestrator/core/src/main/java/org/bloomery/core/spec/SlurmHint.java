package org.bloomery.core.spec;

/** What SLURM is told about the use of cores ({@code sbatch --hint}). */
public enum SlurmHint implements SpecWord {
  /** One task on each core, no second hardware thread. */
  NO_MULTITHREAD("nomultithread"),
  /** All hardware threads of a core. */
  MULTITHREAD("multithread"),
  /** All cores of each socket. */
  COMPUTE_BOUND("compute_bound"),
  /** One core of each socket. */
  MEMORY_BOUND("memory_bound");

  private final String word;

  SlurmHint(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
