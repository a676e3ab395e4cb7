package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.simulation.files.JobFiles;

/** What a simulated job meets with. */
interface JobWorld {

  /**
   * What all trainings have in common.
   *
   * @param target the last iteration
   * @param stepSeconds of one iteration
   * @param burstIterations so many are done at once, since nobody looks in between
   */
  record Shape(
      CheckpointLayout layout,
      long target,
      double stepSeconds,
      long saveEvery,
      int burstIterations) {
    Duration burst() {
      return Duration.ofSeconds((long) (stepSeconds * burstIterations));
    }
  }

  Shape shape();

  JobFiles files();

  Instant now();

  void after(Duration delay, String what, Runnable act);

  /** A time up to a limit. */
  Duration drawn(Duration most);

  /** What is to become of a job. */
  JobFate fate(SlurmJob job);

  /** Whether a fault strikes here; it is counted only where it does something. */
  boolean strikes(Fault fault, double share);

  /** A fault has done something. */
  void struck(Fault fault);

  /** Whether a job leaves when another one has claimed its attempt, as its script says. */
  boolean honoursClaims();

  /** A trainer begins, from the checkpoint of this iteration. */
  void trainingStarts(SimulatedJob job, Optional<Long> from);
}
