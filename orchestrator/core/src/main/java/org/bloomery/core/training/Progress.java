package org.bloomery.core.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.observe.EndCause;

/**
 * What the log of one attempt says so far, folded record by record.
 *
 * @param firstIteration the first iteration that a training record names
 * @param lastIteration the newest iteration that a training record names
 * @param targetIteration the last iteration of the training, as the records name it
 * @param steps how many training records there were
 * @param clock of what their elapsed times are made
 * @param lastLoss the newest training loss; absent also when the newest record lacks it (NaN)
 * @param loadedFrom the iteration that the trainer says it has loaded
 * @param savedIteration the newest iteration that the trainer says it has saved
 * @param leaving how the trainer said that it leaves, if it has
 * @param errors error signatures in the order of the log, at most {@link #ERRORS_MAX}
 * @param stepsSinceError how many training records have followed the last of the errors
 */
public record Progress(
    OptionalLong firstIteration,
    OptionalLong lastIteration,
    OptionalLong targetIteration,
    long steps,
    StepClock clock,
    OptionalDouble lastLoss,
    OptionalLong loadedFrom,
    OptionalLong savedIteration,
    Optional<Leaving> leaving,
    List<ErrorSignature> errors,
    long stepsSinceError) {

  /** Later errors of a crash are consequences of the first ones. */
  public static final int ERRORS_MAX = 32;

  /**
   * An error was survived when so many training records follow it; one may still have been on its
   * way from another rank when the error was printed.
   */
  public static final int STEPS_THAT_FORGIVE = 2;

  /** Nothing read yet. */
  public static final Progress NONE =
      new Progress(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          0,
          0,
          OptionalDouble.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          List.of());

  public Progress {
    errors = List.copyOf(errors);
  }

  /** A log without pauses, and without training records after the last error. */
  public Progress(
      OptionalLong firstIteration,
      OptionalLong lastIteration,
      OptionalLong targetIteration,
      long steps,
      double stepSeconds,
      OptionalDouble lastLoss,
      OptionalLong loadedFrom,
      OptionalLong savedIteration,
      Optional<Leaving> leaving,
      List<ErrorSignature> errors) {
    this(
        firstIteration,
        lastIteration,
        targetIteration,
        steps,
        new StepClock(stepSeconds, Pauses.NONE, OptionalDouble.empty(), 0, false),
        lastLoss,
        loadedFrom,
        savedIteration,
        leaving,
        errors,
        0);
  }

  /** The ways in which Megatron leaves by itself; it exits with 0 in each of them. */
  public enum Leaving {
    /** {@code after training is done}. */
    DONE,
    /** {@code exiting program after .. minutes}. */
    EXIT_DURATION,
    /** {@code exiting program at iteration ..}. */
    EXIT_INTERVAL,
    /** {@code Detected kill switch at ..}. */
    KILL_SWITCH
  }

  /** How long the steps of all training records took themselves, one a record. */
  public double stepSeconds() {
    return clock.stepSeconds();
  }

  /** How long the trainer did something else. */
  public Pauses pauses() {
    return clock.pauses();
  }

  /** What is known once one more record has been read. */
  public Progress after(LogRecord log) {
    return log.changing(this);
  }

  /** What is known once these records have been read. */
  public Progress after(List<? extends LogRecord> records) {
    Progress progress = this;
    for (LogRecord log : records) {
      progress = log.changing(progress);
    }
    return progress;
  }

  /**
   * The farthest iteration that anything in the log vouches for: with a log interval above 1 the
   * last training record can lie before the last step.
   */
  public OptionalLong reached() {
    long farthest =
        Math.max(
            lastIteration.orElse(-1), Math.max(savedIteration.orElse(-1), loadedFrom.orElse(-1)));
    return farthest < 0 ? OptionalLong.empty() : OptionalLong.of(farthest);
  }

  Progress withStep(LogRecord.Iteration step) {
    long since = errors.isEmpty() ? 0 : stepsSinceError + 1;
    long covered = step.iteration() - lastIteration.orElse(step.iteration() - 1);
    return new Progress(
        firstIteration.isPresent() ? firstIteration : OptionalLong.of(step.iteration()),
        OptionalLong.of(step.iteration()),
        step.target().isPresent() ? step.target() : targetIteration,
        steps + 1,
        clock.afterStep(step.secondsPerIteration().orElse(0), Math.max(1, covered)),
        finite(step.loss()),
        loadedFrom,
        savedIteration,
        leaving,
        since >= STEPS_THAT_FORGIVE ? lasting(errors) : errors,
        since);
  }

  Progress withTarget(long iterations) {
    return with(OptionalLong.of(iterations), loadedFrom, savedIteration, leaving);
  }

  Progress withLoaded(long iteration) {
    return with(targetIteration, OptionalLong.of(iteration), savedIteration, leaving);
  }

  Progress withSaved(long iteration) {
    return with(targetIteration, loadedFrom, OptionalLong.of(iteration), leaving);
  }

  Progress withLeaving(Leaving how) {
    return with(targetIteration, loadedFrom, savedIteration, Optional.of(how));
  }

  Progress withError(ErrorSignature error) {
    // Hundreds of ranks say the same of one fault.
    if (errors.size() >= ERRORS_MAX || errors.contains(error)) {
      return this;
    }
    List<ErrorSignature> more = new ArrayList<>(errors);
    more.add(error);
    return with(more, 0);
  }

  private Progress with(
      OptionalLong target, OptionalLong loaded, OptionalLong saved, Optional<Leaving> how) {
    return new Progress(
        firstIteration,
        lastIteration,
        target,
        steps,
        clock,
        lastLoss,
        loaded,
        saved,
        how,
        errors,
        stepsSinceError);
  }

  Progress with(StepClock newClock) {
    return new Progress(
        firstIteration,
        lastIteration,
        targetIteration,
        steps,
        newClock,
        lastLoss,
        loadedFrom,
        savedIteration,
        leaving,
        errors,
        stepsSinceError);
  }

  private Progress with(List<ErrorSignature> newErrors, long newStepsSinceError) {
    return new Progress(
        firstIteration,
        lastIteration,
        targetIteration,
        steps,
        clock,
        lastLoss,
        loadedFrom,
        savedIteration,
        leaving,
        newErrors,
        newStepsSinceError);
  }

  /** A damaged checkpoint taints every step that follows, so training on does not undo it. */
  private static List<ErrorSignature> lasting(List<ErrorSignature> errors) {
    return errors.stream().filter(e -> e.cause() == EndCause.CHECKPOINT_DAMAGED).toList();
  }

  private static OptionalDouble finite(OptionalDouble value) {
    return value.isPresent() && Double.isFinite(value.getAsDouble())
        ? value
        : OptionalDouble.empty();
  }
}
