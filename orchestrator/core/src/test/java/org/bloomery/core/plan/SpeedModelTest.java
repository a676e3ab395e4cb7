package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.bloomery.core.plan.ReferenceStep.Width;
import org.bloomery.core.plan.StepShape.Layout;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

/**
 * Goal: the speeds that plans rest on are those that were published. Method: every row of {@code
 * docs/throughput.md} is computed again, those that the model was calibrated on and those that it
 * has never seen.
 */
class SpeedModelTest {
  private static final int VOCABULARY = 250_880;

  /**
   * {@code | use | training | device | hidden | blocks | head | tensor | pipeline | data | nodes |
   * micro | global | published s | model s | off |}.
   */
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| (fitted|held out|known miss) \\| ([^|]+) \\| (a100|v100) \\| (\\d+) \\| (\\d+)"
              + " \\| (yes|no) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+) \\| (\\d+)"
              + " \\| ([\\d.]+) \\| ([\\d.]+) \\| ([-+][\\d.]+) % \\|$");

  private static List<MatchResult> rows() throws IOException {
    String page = Files.readString(SpecTexts.repositoryFile("docs/throughput.md"));
    return ROW.matcher(page).results().toList();
  }

  private static double number(MatchResult row, int group) {
    return Double.parseDouble(row.group(group));
  }

  private static double computed(MatchResult row) {
    int[] n = new int[13];
    for (int group : new int[] {4, 5, 7, 8, 9, 10, 11, 12}) {
      n[group] = Integer.parseInt(row.group(group));
    }
    int devicesPerNode = n[7] * n[8] * n[9] / n[10];
    ReferenceStep step =
        new ReferenceStep(
            row.group(2),
            new Width(n[4], n[5], row.group(6).equals("yes") ? VOCABULARY : 0),
            new Layout(n[7], n[8], n[9], n[10], devicesPerNode),
            n[11],
            n[12],
            number(row, 13));
    return Calibration.of(row.group(3)).orElseThrow().model().seconds(step.shape());
  }

  @Test
  void thePageSaysWhatTheModelSays() throws IOException {
    assertThat(rows())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            row -> {
              double seconds = computed(row);
              assertThat(number(row, 14)).isCloseTo(seconds, within(0.006));
              assertThat(number(row, 15))
                  .isCloseTo(100 * (seconds / number(row, 13) - 1), within(0.06));
            });
  }

  @Test
  void whatItWasCalibratedOnIsMetAndWhatItNeverSawIsNear() throws IOException {
    assertThat(rows())
        .allSatisfy(
            row -> {
              double limit =
                  switch (row.group(1)) {
                    case "fitted" -> 0.5;
                    case "held out" -> 12.5;
                    default -> 35;
                  };
              assertThat(Math.abs(number(row, 15))).as(row.group(2)).isLessThan(limit);
            });
  }

  @Test
  void thePageHasEveryPointThatTheCodeWasCalibratedOn() throws IOException {
    List<String> fitted =
        rows().stream()
            .filter(row -> row.group(1).equals("fitted"))
            .map(row -> row.group(13))
            .toList();
    assertThat(Calibration.A100.points())
        .hasSize(3)
        .allSatisfy(
            point ->
                assertThat(point.predictedSeconds())
                    .isCloseTo(point.seconds(), within(0.005 * point.seconds())));
    assertThat(Calibration.V100.points()).hasSize(1);
    assertThat(fitted).containsExactlyInAnyOrder("105.22", "20.14", "29.40", "23.49");
  }

  @Test
  void aStepTakesLongerWithASmallerBatchPerSampleAndAShorterOneWithMoreReplicas() {
    StepShape full = shape(48, 8, 2, 2048);
    StepShape small = shape(48, 8, 2, 192);
    assertThat(Calibration.A100.model().seconds(small) / 192)
        .isGreaterThan(Calibration.A100.model().seconds(full) / 2048);
    assertThat(full.microBatches()).isEqualTo(128);
    assertThat(shape(48, 8, 2, 784).microBatches()).isEqualTo(49);
    assertThat(small.idleShare()).isCloseTo(11.0 / (12 + 11), within(1e-9));
    assertThat(Calibration.A100.model().seconds(shape(24, 4, 2, 2048)))
        .isBetween(
            1.8 * Calibration.A100.model().seconds(full),
            2.0 * Calibration.A100.model().seconds(full));
  }

  @Test
  void onOneNodeNothingCrossesTheNetwork() {
    StepShape alone = new StepShape(1e13, 1e9, 2048, new Layout(1, 1, 8, 1, 8), 1, 64);
    assertThat(alone.bytesPerNode()).isZero();
  }

  private static StepShape shape(int nodes, int replicas, int micro, int global) {
    return new ReferenceStep(
            "BLOOM-176B",
            new Width(14_336, 5, VOCABULARY),
            new Layout(4, 12, replicas, nodes, 8),
            micro,
            global,
            1)
        .shape();
  }
}
