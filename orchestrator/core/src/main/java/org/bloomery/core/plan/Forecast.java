package org.bloomery.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bloomery.core.plan.Plan.Course;

/** How long all phases of a training take, with what interrupts them. */
final class Forecast {

  /** A phase and its seconds. */
  private record Timed(
      Phase phase, Throughput throughput, double training, double validation, double saveTime) {

    double gpuHours(double seconds) {
      return seconds * phase.spec().resources().devices() / 3600;
    }

    double saving() {
      return phase.saves() * saveTime;
    }

    double busy() {
      return training + validation + saving();
    }

    double interval() {
      return phase.spec().checkpoint().everyIterations() * throughput.seconds(phase.fullStep());
    }
  }

  private final List<Timed> timed;
  private final Assumptions assumptions;

  private Forecast(List<Timed> timed, Assumptions assumptions) {
    this.timed = timed;
    this.assumptions = assumptions;
  }

  /** A forecast, if the speed of every phase is known. */
  static Optional<Forecast> of(
      List<Phase> phases, Function<Phase, Optional<Throughput>> speed, Assumptions assumptions) {
    List<Timed> timed = new ArrayList<>();
    for (Phase phase : phases) {
      Optional<Throughput> known = speed.apply(phase);
      if (known.isEmpty()) {
        return Optional.empty();
      }
      timed.add(
          new Timed(
              phase,
              known.get(),
              phase.trainingSeconds(known.get()),
              phase.validationSeconds(known.get()),
              assumptions.saveSeconds(
                  CheckpointContents.of(phase.spec(), phase.topology()), phase.spec())));
    }
    return Optional.of(new Forecast(timed, assumptions));
  }

  private Timed of(Phase phase) {
    return timed.stream()
        .filter(one -> one.phase().firstIteration() == phase.firstIteration())
        .findFirst()
        .orElseThrow();
  }

  private double sum(ToDoubleFunction<Timed> part) {
    return timed.stream().mapToDouble(part).sum();
  }

  Throughput throughputOf(Phase phase) {
    return of(phase).throughput();
  }

  /** Seconds of an iteration at the largest batch of a phase. */
  double secondsOf(Phase phase) {
    return throughputOf(phase).seconds(phase.fullStep());
  }

  double trainingSecondsOf(Phase phase) {
    return of(phase).training();
  }

  double gpuHoursOf(Phase phase) {
    Timed one = of(phase);
    return one.gpuHours(one.training());
  }

  double trainingSeconds() {
    return sum(Timed::training);
  }

  double gpuHours() {
    return sum(one -> one.gpuHours(one.training()));
  }

  /** Jobs that run to their exit duration or time limit, one after the other. */
  long jobs() {
    return (long) sum(one -> Math.ceil(one.busy() / one.phase().jobTime().toSeconds()));
  }

  /** The expected share of effective training in a phase. */
  double ettr(Phase phase) {
    return ettr(of(phase));
  }

  private double ettr(Timed one) {
    return Reliability.expectedEttr(
        assumptions.meanTimeToFailure(one.phase().spec()),
        assumptions.restartSeconds().value(),
        one.interval(),
        one.saveTime());
  }

  private double lostShare(Timed one) {
    return Reliability.lostShare(
        assumptions.meanTimeToFailure(one.phase().spec()),
        assumptions.restartSeconds().value(),
        one.interval());
  }

  private double wall(Timed one) {
    return one.busy() / (1 - lostShare(one));
  }

  /** All of it; nothing if failures come faster than progress. */
  Optional<Course> course() {
    if (timed.stream().anyMatch(one -> lostShare(one) >= 1)) {
      return Optional.empty();
    }
    return Optional.of(
        new Course(
            sum(this::wall),
            sum(Timed::validation),
            sum(Timed::saving),
            sum(one -> wall(one) * lostShare(one)),
            sum(one -> wall(one) / assumptions.meanTimeToFailure(one.phase().spec())),
            sum(one -> one.gpuHours(wall(one))),
            sum(one -> one.gpuHours(wall(one) * lostShare(one)))));
  }
}
