package org.bloomery.controlplane.slurm;

import java.time.Duration;

/** SLURM's commands that are used, each with what it may take. */
public enum SlurmProgram {
  /**
   * Submits. It tries up to 15 times by itself with growing pauses, 120 s in all (MAX_RETRIES in
   * its source); killed before that, it would leave a job that nobody was told of.
   */
  SBATCH("sbatch", Duration.ofMinutes(4), 64 << 10),
  /** Shows the queue. A controller has at most MaxJobCount jobs, by default 10,000. */
  SQUEUE("squeue", Duration.ofMinutes(2), 64 << 20),
  /** Shows the accounting. */
  SACCT("sacct", Duration.ofMinutes(2), 64 << 20),
  /** Sums up the accounting. */
  SREPORT("sreport", Duration.ofMinutes(5), 4 << 20),
  /** Shows nodes. */
  SINFO("sinfo", Duration.ofMinutes(1), 1 << 20),
  /** Shows details and changes jobs. */
  SCONTROL("scontrol", Duration.ofMinutes(1), 1 << 20),
  /** Ends or signals jobs; it repeats by itself while a job changes its state. */
  SCANCEL("scancel", Duration.ofMinutes(2), 64 << 10);

  private final String word;
  private final Duration timeout;
  private final int outputBytesMax;

  SlurmProgram(String word, Duration timeout, int outputBytesMax) {
    this.word = word;
    this.timeout = timeout;
    this.outputBytesMax = outputBytesMax;
  }

  /** Its name as a command. */
  public String word() {
    return word;
  }

  /** After which it is killed, and its outcome unknown. */
  public Duration timeout() {
    return timeout;
  }

  /** More output than this is no answer. */
  public int outputBytesMax() {
    return outputBytesMax;
  }

  /**
   * Whether its times must be seconds since 1970 UTC, whatever the site's zone. Not where a job
   * would inherit the setting.
   */
  public boolean showsTimes() {
    return switch (this) {
      case SQUEUE, SACCT, SREPORT, SINFO, SCONTROL -> true;
      case SBATCH, SCANCEL -> false;
    };
  }
}
