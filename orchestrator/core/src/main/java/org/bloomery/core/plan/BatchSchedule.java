package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.Revision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.Training.Curriculum;

/**
 * Which global batch each iteration has, and how many samples are consumed after it, over all
 * revisions of a run.
 *
 * <p>With a ramp-up the batch is {@code start + increment * floor(consumed / (samples / steps))},
 * as Megatron's {@code RampupBatchsizeNumMicroBatches} computes it, in floating point like there.
 */
public final class BatchSchedule {

  /**
   * Iterations in a row with one batch.
   *
   * @param revision which of the run's revisions holds for them; 0 is the spec as it was first
   * @param spec that revision
   * @param consumedBefore samples consumed before the first of them
   */
  record Stretch(
      int revision,
      RunSpec spec,
      long firstIteration,
      long iterations,
      long consumedBefore,
      int batch) {
    long lastIteration() {
      return firstIteration + iterations - 1;
    }
  }

  private final List<Stretch> stretches;

  private BatchSchedule(List<Stretch> stretches) {
    this.stretches = List.copyOf(stretches);
  }

  /** The schedule of a run; the last iteration is the last whole batch. */
  public static BatchSchedule of(RunSpec run) {
    Walk walk = new Walk();
    RunSpec spec = run;
    for (Revision revision : run.revisions()) {
      if (!walk.until(revision.fromIteration(), spec)) {
        return new BatchSchedule(walk.stretches);
      }
      spec = revision.spec();
    }
    walk.until(Long.MAX_VALUE, spec);
    return new BatchSchedule(walk.stretches);
  }

  /** Goes through a training without a step for each iteration. */
  private static final class Walk {
    private final List<Stretch> stretches = new ArrayList<>();
    private int revision;
    private long iteration;
    private long consumed;

    /** Whether that iteration was reached before the samples were used up. */
    boolean until(long last, RunSpec spec) {
      while (iteration < last) {
        int size = batchAfter(consumed, spec.batch());
        long room = (spec.training().samples() - consumed) / size;
        long count =
            Math.min(Math.min(room, last - iteration), withThisBatch(consumed, spec.batch()));
        if (count <= 0) {
          return false;
        }
        stretches.add(new Stretch(revision, spec, iteration + 1, count, consumed, size));
        iteration += count;
        consumed += count * size;
      }
      revision++;
      return true;
    }
  }

  private static int steps(Batch batch, Batch.RampUp ramp) {
    return (batch.global() - ramp.start()) / ramp.increment();
  }

  private static double samplesPerStep(Batch batch, Batch.RampUp ramp) {
    return (double) ramp.samples() / steps(batch, ramp);
  }

  private static int batchAfter(long consumed, Batch batch) {
    if (batch.rampUp().isEmpty()) {
      return batch.global();
    }
    Batch.RampUp ramp = batch.rampUp().get();
    int step = (int) Math.min(steps(batch, ramp), consumed / samplesPerStep(batch, ramp));
    return ramp.start() + step * ramp.increment();
  }

  /** How many iterations begin before the batch grows. */
  private static long withThisBatch(long consumed, Batch batch) {
    int size = batchAfter(consumed, batch);
    if (size == batch.global()) {
      return Long.MAX_VALUE;
    }
    Batch.RampUp ramp = batch.rampUp().orElseThrow();
    double perStep = samplesPerStep(batch, ramp);
    double end = ((size - ramp.start()) / ramp.increment() + 1) * perStep;
    long count = Math.max(1, (long) Math.ceil((end - consumed) / size) - 1);
    // The closed form may be one off by rounding; the rule itself decides.
    while (batchAfter(consumed + count * size, batch) == size) {
      count++;
    }
    return count;
  }

  List<Stretch> stretches() {
    return stretches;
  }

  /** How many iterations the training has: whole batches only. */
  public long iterations() {
    return stretches.isEmpty() ? 0 : stretches.get(stretches.size() - 1).lastIteration();
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

  /** How many iterations come before the first one with this batch. */
  long iterationsBelow(int batch) {
    return stretches.stream()
        .filter(stretch -> stretch.batch() == batch)
        .findFirst()
        .map(stretch -> stretch.firstIteration() - 1)
        .orElse(iterations());
  }

  /** The iteration after which so many samples are consumed, or the last one. */
  long iterationReaching(long samples) {
    for (Stretch stretch : stretches) {
      long missing = Math.max(0, samples - stretch.consumedBefore());
      long needed = (missing + stretch.batch() - 1) / stretch.batch();
      if (needed <= stretch.iterations()) {
        return stretch.firstIteration() - 1 + needed;
      }
    }
    return iterations();
  }

  /** The spec that holds for an iteration. */
  RunSpec spec(long iteration) {
    return at(iteration).spec();
  }

  /** Tokens consumed once an iteration is done; the sequences of a curriculum start short. */
  public long tokens(long iteration) {
    long tokens = 0;
    for (Stretch stretch : stretches) {
      long count = Math.min(stretch.lastIteration(), iteration) - stretch.firstIteration() + 1;
      if (count <= 0) {
        break;
      }
      long length = stretch.spec().model().sequenceLength();
      tokens += count * stretch.batch() * length - missing(stretch, count);
    }
    return tokens;
  }

  /** Tokens by which the first iterations of a stretch fall short of whole sequences. */
  private static long missing(Stretch stretch, long count) {
    if (stretch.spec().training().curriculum().isEmpty()) {
      return 0;
    }
    Curriculum curriculum = stretch.spec().training().curriculum().get();
    int length = stretch.spec().model().sequenceLength();
    long last = Math.min(stretch.firstIteration() + count - 1, curriculum.iterations());
    long missing = 0;
    for (long iteration = stretch.firstIteration(); iteration <= last; iteration++) {
      missing += (long) stretch.batch() * (length - sequenceLength(curriculum, iteration));
    }
    return missing;
  }

  /** As DeepSpeed's {@code fixed_linear} curriculum has it. */
  private static long sequenceLength(Curriculum curriculum, long iteration) {
    double share = (double) iteration / curriculum.iterations();
    long grown =
        (long) (share * (curriculum.maximum() - curriculum.minimum()) + curriculum.minimum());
    return Math.min(curriculum.maximum(), grown - grown % curriculum.step());
  }

  private Stretch at(long iteration) {
    if (iteration < 1 || iteration > iterations()) {
      throw new IllegalArgumentException(
          "the training has iterations 1 to " + iterations() + ", not " + iteration);
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
