package org.bloomery.core.training;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bloomery.core.observe.EndCause;

/**
 * One thing that a training log says, as {@link TrainingLogReader} finds it.
 *
 * <p>The forms are those that Megatron-LM, Megatron-DeepSpeed, DeepSpeed, torch elastic and SLURM
 * print, and the two lines of Bloomery's own job script.
 */
public sealed interface LogRecord {

  /** What is known once this record has been read, too; most records change nothing. */
  default Progress changing(Progress before) {
    return before;
  }

  /**
   * A training record: one or more optimizer steps are over.
   *
   * @param target the last iteration of the training; absent where the trainer has none
   * @param secondsPerIteration mean time per step, in seconds whatever unit the log uses
   * @param loss the language-model loss; absent where the log leaves it out or says NaN
   * @param tflops per device, as the trainer counts them
   * @param sequenceLength the present one of a curriculum, in tokens
   */
  record Iteration(
      long iteration,
      OptionalLong target,
      OptionalLong consumedSamples,
      OptionalLong consumedTokens,
      OptionalDouble secondsPerIteration,
      OptionalDouble learningRate,
      OptionalLong globalBatch,
      OptionalDouble loss,
      OptionalDouble lossScale,
      OptionalDouble gradNorm,
      OptionalLong skipped,
      OptionalLong nan,
      OptionalDouble samplesPerSecond,
      OptionalDouble tflops,
      OptionalLong sequenceLength)
      implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withStep(this);
    }
  }

  /**
   * A validation result.
   *
   * @param name of the validation set: {@code validation} where there is just one
   * @param iteration absent for the result at the end of the training
   */
  record Validation(
      String name, OptionalLong iteration, OptionalDouble loss, OptionalDouble perplexity)
      implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.with(before.clock().afterValidation());
    }
  }

  /** A save has begun. */
  record SaveBegun(long iteration, String directory) implements LogRecord {}

  /** The trainer says that a checkpoint is written; whether it is, only the files can tell. */
  record SaveDone(long iteration, String directory) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withSaved(iteration);
    }
  }

  /** How long a save took. */
  record SaveTime(double milliseconds) implements LogRecord {
    private static final double PER_SECOND = 1000;

    @Override
    public Progress changing(Progress before) {
      return before.with(before.clock().afterSave(milliseconds / PER_SECOND));
    }
  }

  /** The trainer says that it has loaded a checkpoint. */
  record Loaded(long iteration, String directory) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withLoaded(iteration);
    }
  }

  /** The trainer says how many iterations the whole training has. */
  record TrainingLength(long iterations) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withTarget(iterations);
    }
  }

  /**
   * A mark of the start-up.
   *
   * @param localTime the trainer's local time; the log does not name the zone
   */
  record Milestone(String name, Optional<LocalDateTime> localTime) implements LogRecord {}

  /** It leaves because its time is over; it has saved. */
  record ExitDuration(double minutes) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withLeaving(Progress.Leaving.EXIT_DURATION);
    }
  }

  /** It leaves at a planned iteration; it has saved. */
  record ExitInterval(long iteration) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withLeaving(Progress.Leaving.EXIT_INTERVAL);
    }
  }

  /** It has seen the kill switch and leaves; it has saved unless that was before the first step. */
  record KillSwitch(String path) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withLeaving(Progress.Leaving.KILL_SWITCH);
    }
  }

  /** The training loop is over. */
  record TrainingDone() implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withLeaving(Progress.Leaving.DONE);
    }
  }

  /** A step was skipped because its gradients overflowed in fp16. */
  record OverflowSkipped(OptionalDouble attemptedScale, OptionalDouble nextScale)
      implements LogRecord {}

  /** No checkpoint was found: the trainer starts with random weights, with no more than this. */
  record StartedFromScratch(String line) implements LogRecord {}

  /**
   * Optimizer shards are missing: the trainer goes on, with part of its optimizer state reset.
   *
   * @param paths at most {@link #PATHS_MAX}
   */
  record ZeroShardsMissing(List<String> paths, int count) implements LogRecord {
    public static final int PATHS_MAX = 16;

    public ZeroShardsMissing {
      paths = List.copyOf(paths);
    }

    @Override
    public Progress changing(Progress before) {
      String which = paths.isEmpty() ? "unnamed" : paths.get(0);
      String more = count > 1 ? " and " + (count - 1) + " more" : "";
      return before.withError(
          new ErrorSignature(
              EndCause.CHECKPOINT_DAMAGED,
              EvidenceText.of("optimizer shards missing: " + which + more),
              Optional.empty(),
              Optional.empty()));
    }
  }

  /** A line that tells of an error, or of the scheduler ending the job. */
  record ErrorSeen(ErrorSignature signature) implements LogRecord {
    @Override
    public Progress changing(Progress before) {
      return before.withError(signature);
    }
  }

  /**
   * A rank's process has ended badly, as its launcher saw it.
   *
   * @param exitCode as Python's subprocess has it: negative for a signal
   */
  record RankFailed(Optional<String> node, OptionalInt rank, int exitCode, String line)
      implements LogRecord {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    @Override
    public Progress changing(Progress before) {
      boolean killed = exitCode == -SIGKILL || exitCode == -SIGTERM;
      // Another code is how every error ends: the lines before it tell which.
      EndCause cause = killed ? EndCause.RANK_KILLED : EndCause.UNKNOWN;
      Optional<Integer> boxed = rank.isPresent() ? Optional.of(rank.getAsInt()) : Optional.empty();
      return before.withError(new ErrorSignature(cause, line, boxed, node));
    }
  }

  /** A line of a watcher that appends to the same log: growth, but no progress. */
  record WatcherLine(boolean alert, String line) implements LogRecord {}

  /** The first line of a job of ours. */
  record JobStarted(String run, int attempt, String job, long epoch) implements LogRecord {}

  /** The last line of a job of ours. */
  record JobEnded(String run, int attempt, String job, int exitCode, String reason)
      implements LogRecord {}
}
