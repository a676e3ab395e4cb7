package org.bloomery.core.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bloomery.core.spec.Partition.Device;
import org.bloomery.core.spec.RunSpec;

/**
 * How long iterations take, and why that is believed.
 *
 * @param model where it rests on one
 * @param points what that was calibrated on
 */
record Throughput(
    SpeedBasis basis, Timer timer, Optional<SpeedModel> model, List<CalibrationPoint> points) {

  /** Tells the seconds of an iteration. */
  @FunctionalInterface
  interface Timer {
    double seconds(Step step);
  }

  /**
   * One iteration.
   *
   * @param flops over all devices
   */
  record Step(double flops, StepShape shape) {
    double tflopsPerDevice(double seconds) {
      return flops / (seconds * shape.layout().devices() * 1e12);
    }
  }

  double seconds(Step step) {
    return timer.seconds(step);
  }

  /** What can be said about this run on this device; nothing if not even a peak is known. */
  static Optional<Throughput> of(RunSpec run, Optional<Device> device, OptionalDouble givenTflops) {
    if (givenTflops.isPresent()) {
      return Optional.of(constant(SpeedBasis.GIVEN, givenTflops.getAsDouble()));
    }
    return device.flatMap(known -> of(run, known));
  }

  private static Optional<Throughput> of(RunSpec run, Device device) {
    Optional<Calibration> calibration = Calibration.of(device.type());
    if (calibration.isPresent()) {
      boolean covered = Calibration.covers(run.model().hiddenSize(), run.parallelism().tensor());
      return Optional.of(
          modelled(
              covered ? SpeedBasis.CALIBRATED : SpeedBasis.EXTRAPOLATED,
              calibration.get().model(),
              calibration.get().points()));
    }
    if (device.sustainedTflops().isPresent()) {
      return Optional.of(constant(SpeedBasis.SITE, device.sustainedTflops().getAsDouble()));
    }
    return device.peakTflops().isPresent()
        ? Optional.of(
            modelled(
                SpeedBasis.DEFAULT_EFFICIENCY,
                Calibration.fallback(device.peakTflops().getAsDouble() * 1e12),
                List.of()))
        : Optional.empty();
  }

  private static Throughput constant(SpeedBasis basis, double tflops) {
    return new Throughput(
        basis,
        step -> step.flops() / (tflops * 1e12 * step.shape().layout().devices()),
        Optional.empty(),
        List.of());
  }

  private static Throughput modelled(
      SpeedBasis basis, SpeedModel model, List<CalibrationPoint> points) {
    return new Throughput(basis, step -> model.seconds(step.shape()), Optional.of(model), points);
  }

  /**
   * What a run has measured: as expected, but with the measured time where that was expected. Where
   * nothing was, iterations are taken to differ by their work alone.
   *
   * @param measuredSeconds of some iteration
   * @param expectedSeconds of the same one
   */
  static Throughput measured(
      Optional<Throughput> expected, double measuredSeconds, double expectedSeconds) {
    Timer timer = expected.orElseGet(Throughput::byWork).timer();
    return new Throughput(
        SpeedBasis.MEASURED,
        step -> measuredSeconds * (timer.seconds(step) / expectedSeconds),
        Optional.empty(),
        List.of());
  }

  /** One operation a second, to compare iterations by. */
  static Throughput byWork() {
    return constant(SpeedBasis.MEASURED, 1e-12);
  }
}
