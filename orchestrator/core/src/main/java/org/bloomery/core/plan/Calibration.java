package org.bloomery.core.plan;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bloomery.core.plan.ReferenceStep.Width;
import org.bloomery.core.plan.StepShape.Layout;

/**
 * A device type whose trainings were published, with the figures that these give. {@code
 * docs/throughput.md} lists the times that each figure rests on, and those that were left out to
 * try it on.
 *
 * @param type the first word of what sites call it
 * @param steps the times that the figures were calibrated on
 */
record Calibration(String type, SpeedModel model, List<ReferenceStep> steps) {

  /** Its three figures follow from three times of BLOOM-176B. */
  static final Calibration A100 =
      new Calibration(
          "a100",
          new SpeedModel(237.1e12, 386.3, 43.05e9),
          List.of(
              bloom("batch 2048, micro-batch 2 (chronicles.md, iteration 12695)", 2, 2048, 105.22),
              bloom("batch 192, micro-batch 1: 73 TFLOP/s (README.md)", 1, 192, 20.14),
              bloom("batch 384, micro-batch 2: 100 TFLOP/s (prequel)", 2, 384, 29.40)));

  /**
   * It shares the last two figures with the A100, which are about the trainer and the network
   * (Omni-Path, 4 x 100 Gb/s a node), and gets the first from one time.
   */
  static final Calibration V100 =
      new Calibration(
          "v100",
          new SpeedModel(58.5e12, 386.3, 43.05e9),
          List.of(
              new ReferenceStep(
                  "tr1-13B on 64 nodes, batch 1024 (chronicles.md, iteration 33240)",
                  new Width(5120, 10, 0),
                  new Layout(2, 4, 32, 64, 4),
                  1,
                  1024,
                  23.49)));

  /** What the lesser of the two reaches of its peak: 58.5 of 125 TFLOP/s. The A100: 0.76. */
  private static final double DEFAULT_EFFICIENCY = 0.47;

  /** Hidden size per tensor rank of the published trainings that the model meets within 12 %. */
  private static final int NARROWEST = 1536;

  private static final int WIDEST = 14_336;

  Calibration {
    steps = List.copyOf(steps);
  }

  private static ReferenceStep bloom(String what, int micro, int global, double seconds) {
    return new ReferenceStep(
        "BLOOM-176B on 48 nodes, " + what,
        new Width(14_336, 5, 250_880),
        new Layout(4, 12, 8, 48, 8),
        micro,
        global,
        seconds);
  }

  List<CalibrationPoint> points() {
    return steps.stream()
        .map(
            step ->
                new CalibrationPoint(step.source(), step.seconds(), model.seconds(step.shape())))
        .toList();
  }

  /** The calibration of a device's type, such as {@code a100-80gb}. */
  static Optional<Calibration> of(String deviceType) {
    return Stream.of(A100, V100)
        .filter(one -> deviceType.equals(one.type) || deviceType.startsWith(one.type + "-"))
        .findFirst();
  }

  /** Whether trainings with layers of about this width were published. */
  static boolean covers(int hiddenSize, int tensor) {
    int width = hiddenSize / tensor;
    return width >= NARROWEST && width <= WIDEST;
  }

  /** What to expect of a device of which only its peak is known, in operations per second. */
  static SpeedModel fallback(double peakFlops) {
    return new SpeedModel(
        DEFAULT_EFFICIENCY * peakFlops, A100.model.halfTokens(), A100.model.nodeBytesPerSecond());
  }
}
