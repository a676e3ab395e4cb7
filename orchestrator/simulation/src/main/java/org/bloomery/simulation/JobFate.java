package org.bloomery.simulation;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What is to become of a job's training, if nothing from outside comes first.
 *
 * @param mishap what breaks it; empty if nothing does
 * @param after how long the training has run by then
 */
record JobFate(Optional<Fault> mishap, Duration after) {
  static final JobFate GOOD = new JobFate(Optional.empty(), Duration.ZERO);

  /** Those that happen to a training by itself. */
  private static final Fault[] MISHAPS = {
    Fault.RANK_KILLED,
    Fault.GPU_FAULT,
    Fault.CODE_FAILED,
    Fault.PREFLIGHT_FAILED,
    Fault.WRONG_START,
    Fault.LOAD_FAILED
  };

  /** Most trainings live; else there would be no progress, and nothing to lose. */
  private static final double SHARE = 0.4;

  static JobFate drawn(Swarm swarm, SplittableRandom chance) {
    JobFate fate = GOOD;
    for (Fault mishap : MISHAPS) {
      boolean strikes = chance.nextDouble() < SHARE * swarm.rate(mishap);
      // Some come before the first iteration.
      long latest = chance.nextInt(8) == 0 ? 1 : Duration.ofHours(5).toSeconds();
      Duration after = Duration.ofSeconds(chance.nextLong(latest));
      if (strikes && fate.mishap().isEmpty()) {
        fate = new JobFate(Optional.of(mishap), after);
      }
    }
    return fate;
  }

  boolean is(Fault fault) {
    return mishap.equals(Optional.of(fault));
  }
}
