package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.RunSpec;

/**
 * Which global batch each iteration has, and how many samples are consumed after it.
 *
 * <p>With a ramp-up the batch is {@code start + increment * floor(consumed / (samples / steps))},
 * as Megatron's {@code RampupBatchsizeNumMicroBatches} computes it, in floating point like there.
 */
public final class BatchSchedule {

  /** Iterations in a row with one batch: the first of them, and the samples consumed before it. */
  private record Stretch(long firstIteration, long consumedBefore, int batch) {
    long iterationsUntil(long samples) {
      return (samples - consumedBefore) / batch;
    }
  }

  private final List<Stretch> stretches;
  private final long iterations;

  private BatchSchedule(List<Stretch> stretches, long iterations) {
    this.stretches = stretches;
    this.iterations = iterations;
  }

  /** The schedule of a run; the last iteration is the last whole batch. */
  public static BatchSchedule of(RunSpec run) {
    List<Stretch> stretches = stretches(run.batch());
    long samples = run.training().samples();
    long iterations = 0;
    List<Stretch> used = new ArrayList<>();
    for (int i = 0; i < stretches.size(); i++) {
      Stretch stretch = stretches.get(i);
      long room = stretch.iterationsUntil(samples);
      boolean last = i == stretches.size() - 1;
      long full = last ? room : stretches.get(i + 1).firstIteration() - stretch.firstIteration();
      used.add(stretch);
      iterations = stretch.firstIteration() - 1 + Math.min(full, room);
      if (room < full) {
        break;
      }
    }
    return new BatchSchedule(used, iterations);
  }

  private static List<Stretch> stretches(Batch batch) {
    List<Stretch> result = new ArrayList<>();
    long iteration = 1;
    long consumed = 0;
    if (batch.rampUp().isPresent()) {
      Batch.RampUp ramp = batch.rampUp().get();
      int steps = (batch.global() - ramp.start()) / ramp.increment();
      double perStep = (double) ramp.samples() / steps;
      for (int step = 0; step < steps; step++) {
        int size = ramp.start() + step * ramp.increment();
        long count = iterationsInStep(consumed, size, step, perStep);
        if (count > 0) {
          result.add(new Stretch(iteration, consumed, size));
        }
        iteration += count;
        consumed += count * size;
      }
    }
    result.add(new Stretch(iteration, consumed, batch.global()));
    return result;
  }

  /** How many iterations begin while {@code floor(consumed / perStep)} is this step. */
  private static long iterationsInStep(long consumed, int size, int step, double perStep) {
    double end = (step + 1) * perStep;
    long count = Math.max(0, (long) Math.ceil((end - consumed) / size) - 1);
    // The closed form may be one off by rounding; the rule itself decides.
    while ((long) ((consumed + count * size) / perStep) <= step) {
      count++;
    }
    return count;
  }

  /** How many iterations the training has: whole batches only. */
  public long iterations() {
    return iterations;
  }

  /** The batch of an iteration, counted from 1. */
  public int globalBatch(long iteration) {
    return at(iteration).batch();
  }

  /** Samples consumed once an iteration is done; zero for iteration 0. */
  public long consumedSamples(long iteration) {
    if (iteration == 0) {
      return 0;
    }
    Stretch stretch = at(iteration);
    long done = iteration - stretch.firstIteration() + 1;
    return stretch.consumedBefore() + done * stretch.batch();
  }

  private Stretch at(long iteration) {
    if (iteration < 1 || iteration > iterations) {
      throw new IllegalArgumentException(
          "the training has iterations 1 to " + iterations + ", not " + iteration);
    }
    Stretch found = stretches.get(0);
    for (Stretch stretch : stretches) {
      if (stretch.firstIteration() <= iteration) {
        found = stretch;
      }
    }
    return found;
  }
}
