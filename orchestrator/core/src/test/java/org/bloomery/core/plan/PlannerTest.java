package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.OptionalDouble;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.SiteEnergy;
import org.bloomery.core.spec.Sourced;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares plans with what BLOOM-176B's training published about itself. */
class PlannerTest {
  private static final String TEXT = SpecTexts.resource("bloom-176b.yaml");
  private static final RunSpec BLOOM = SpecTexts.value(TEXT);

  private static PlanOptions tflops(double given) {
    return new PlanOptions(OptionalDouble.of(given), OptionalDouble.empty());
  }

  private static PlanOptions measured(double seconds) {
    return new PlanOptions(OptionalDouble.empty(), OptionalDouble.of(seconds));
  }

  @Test
  void theShapeOfBloomGivesItsPublishedSizes() {
    Plan plan = Planner.plan(BLOOM, SampleSites.a100());
    assertThat(plan.parameters()).isEqualTo(176_247_271_424L);
    assertThat(plan.worldSize()).isEqualTo(384);
    assertThat(plan.dataParallel()).isEqualTo(8);
    assertThat(plan.iterations()).isEqualTo(115_311);
    assertThat(plan.samples()).isEqualTo(219_999_152);
    assertThat(plan.tokens()).isEqualTo(450_558_263_296L);
    assertThat(plan.flopsPerIteration()).isCloseTo(6.021e18, within(0.001e18));
    assertThat(plan.problems()).isEmpty();
  }

  @Test
  void withoutAnyMeasurementAnIterationTakesWhatItTook() {
    Plan on48 = Planner.plan(BLOOM, SampleSites.a100());
    assertThat(on48.secondsPerIteration().orElseThrow()).isCloseTo(105.22, within(5.3));
    assertThat(on48.throughput().orElseThrow().model()).isEqualTo("calibrated");
    assertThat(on48.throughput().orElseThrow().tflopsPerGpu()).isCloseTo(149.02, within(7.5));
    assertThat(on48.throughput().orElseThrow().calibration()).hasSize(3);

    // After the reshape to 24 nodes: 215.82 s, a time that nothing was calibrated on.
    RunSpec half = SpecTexts.value(TEXT.replace("nodes: 48", "nodes: 24"));
    Plan on24 = Planner.plan(half, SampleSites.a100());
    assertThat(on24.secondsPerIteration().orElseThrow()).isCloseTo(215.82, within(21.6));
    assertThat(on24.checkpoint().files()).isEqualTo(528);
  }

  @Test
  void whatTheRunHasMeasuredReplacesWhatWasExpected() {
    Plan plan = Planner.plan(BLOOM, SampleSites.a100(), measured(111));
    assertThat(plan.secondsPerIteration()).hasValue(111);
    assertThat(plan.throughput().orElseThrow().model()).isEqualTo("measured");
    Plan expected = Planner.plan(BLOOM, SampleSites.a100());
    double slower = 111 / expected.secondsPerIteration().orElseThrow();
    assertThat(plan.trainingSeconds().orElseThrow())
        .isCloseTo(slower * expected.trainingSeconds().orElseThrow(), within(1.0));
  }

  @Test
  void fromTheEndOfTheRampUpTheRestTakes125DaysAsTheChronicleSays() {
    // (115311 - 12695) x 105 s: what is left is all at the full batch.
    String rest =
        TEXT.replace(", rampUp: {start: 192, increment: 16, samples: 9_765_625}", "")
            .replace("samples: 220_000_000", "samples: 210_157_568");
    Plan plan = Planner.plan(SpecTexts.value(rest), SampleSites.a100(), measured(105));
    assertThat(plan.iterations()).isEqualTo(115_311 - 12_695);
    assertThat(plan.trainingSeconds().orElseThrow() / 86_400).isCloseTo(124.7, within(0.05));
  }

  @Test
  void atAConstantSpeedTheTrainingTakes130DaysAnd1Point198MillionGpuHours() {
    Plan plan = Planner.plan(BLOOM, SampleSites.a100(), tflops(150));
    assertThat(plan.trainingSeconds().orElseThrow() / 86_400).isCloseTo(130.0, within(1.3));
    assertThat(plan.gpuHours().orElseThrow()).isCloseTo(1.198e6, within(0.012e6));
    assertThat(plan.jobs()).hasValue(32);
    assertThat(plan.throughput().orElseThrow().model()).isEqualTo("given");
  }

  @ParameterizedTest
  @CsvSource({"384, 149.02, 105.22", "384, 149.76, 104.70", "384, 141.26, 111.00"})
  void speedAndTimeAreTheTwoSidesOfTheFormulaInTheLog(int gpus, double tflops, double seconds) {
    Plan given = Planner.plan(BLOOM, SampleSites.a100(), tflops(tflops));
    assertThat(given.worldSize()).isEqualTo(gpus);
    assertThat(given.secondsPerIteration().orElseThrow()).isCloseTo(seconds, within(0.02));
    Plan took = Planner.plan(BLOOM, SampleSites.a100(), measured(seconds));
    assertThat(took.throughput().orElseThrow().tflopsPerGpu()).isCloseTo(tflops, within(0.02));
  }

  @Test
  void theRuleOfThumbGivesThe120Point80DaysOfTheReadme() {
    double days = ModelArithmetic.ruleOfThumbSeconds(4, 167e9 * 450e9, 384 * 150e12) / 86_400;
    assertThat(days).isCloseTo(120.80, within(0.005));
  }

  @Test
  void savesAndFailuresAreThoseOfThePublishedFormulas() {
    Plan plan = Planner.plan(BLOOM, SampleSites.a100(), measured(105));
    assertThat(plan.checkpoint().saveSeconds()).isCloseTo(40, within(0.1));
    // One failure a week: a save each 6,956 s by Young, and 40 s less by Daly.
    assertThat(plan.failures().meanTimeToFailureSeconds()).isCloseTo(7 * 86_400, within(1.0));
    assertThat(plan.checkpoint().youngSeconds()).isCloseTo(6956, within(5.0));
    assertThat(plan.checkpoint().dalySeconds()).isCloseTo(6916, within(5.0));
    assertThat(plan.checkpoint().adviceIterations()).hasValue(66);
    assertThat(plan.checkpoint().dalyIterations()).hasValue(66);
    assertThat(plan.expectedEttr().orElseThrow())
        .isCloseTo((1 - (258 + 5250) / 604_800.0) / (1 + 40 / 10_500.0), within(1e-4));
  }

  @Test
  void theCourseOfTheTrainingAddsUp() {
    Plan plan = Planner.plan(BLOOM, SampleSites.a100());
    Plan.Course course = plan.course().orElseThrow();
    assertThat(
            plan.trainingSeconds().orElseThrow()
                + course.validationSeconds()
                + course.savingSeconds()
                + course.lostSeconds())
        .isCloseTo(course.wallSeconds(), within(1e-3));
    assertThat(course.lostGpuHours()).isCloseTo(course.lostSeconds() * 384 / 3600, within(1e-3));
    // One each 100 iterations.
    assertThat(course.savingSeconds())
        .isCloseTo(1153 * plan.checkpoint().saveSeconds(), within(1e-3));
  }

  @Test
  void validationOn29SetsTakes12Minutes() {
    // "A single eval iteration is about 12 min (1 iteration eval on each of 29 datasets)".
    StringBuilder mixture = new StringBuilder("mixture: [");
    for (int i = 0; i < 28; i++) {
      mixture.append(i == 0 ? "" : ", ");
      mixture.append("{name: d" + i + ", weight: 0.03571, path: /data/d" + i + "}");
    }
    String text = TEXT.replace("mixture: [{name: all, weight: 1, path: /data/all}", mixture);
    Plan plan = Planner.plan(SpecTexts.value(text), SampleSites.a100());
    double minutes = plan.course().orElseThrow().validationSeconds() / 115 / 60;
    assertThat(minutes).isCloseTo(12, within(1.0));
  }

  @Test
  void energyIsThePublishedOneOfThePublishedHours() {
    // carbon-footprint: 1,082,989.48 h x 400 W = 433,195.79 kWh; x 57 g = 24.69 t.
    Sourced french = new Sourced(57, "the paper");
    EnergyEstimate energy =
        EnergyEstimate.of(
            1_082_989.4767, 400, Optional.of(new SiteEnergy(french, new Sourced(1, "none"))));
    assertThat(energy.kilowattHours()).isCloseTo(433_195.79, within(0.01));
    assertThat(energy.carbonKilograms().orElseThrow()).isCloseTo(24_692, within(1.0));

    EnergyEstimate planned = Planner.plan(BLOOM, SampleSites.a100()).energy().orElseThrow();
    assertThat(planned.kilowattHours())
        .isCloseTo(planned.gpuHours() * 400 * 1.2 / 1000, within(1e-6));
    assertThat(planned.pue().orElseThrow().source()).isEqualTo("green algorithms");
    assertThat(EnergyEstimate.of(10, 400, Optional.empty()).kilowattHours()).isEqualTo(4);
  }

  @Test
  void withoutAnyHintOfASpeedNoTimeIsInvented() {
    RunSpec small = SpecTexts.value(SampleSites.tiny());
    Plan plan =
        Planner.plan(
            small,
            SampleClusters.local(
                "/runs", java.time.Duration.ofMinutes(2), java.time.Duration.ofSeconds(10)));
    assertThat(plan.secondsPerIteration()).isEmpty();
    assertThat(plan.trainingSeconds()).isEmpty();
    assertThat(plan.gpuHours()).isEmpty();
    assertThat(plan.jobs()).isEmpty();
    assertThat(plan.expectedEttr()).isEmpty();
    assertThat(plan.checkpoint().adviceIterations()).isEmpty();
    assertThat(plan.course()).isEmpty();
    assertThat(plan.energy()).isEmpty();
    assertThat(plan.parameters()).isEqualTo(4 * (12 * 160 * 160 + 13 * 160) + 384 * 160 + 640);
  }

  @Test
  void theSoftestGroundIsTakenLast() {
    String site = speedWord(SampleSites.of("h100", OptionalDouble.of(300), OptionalDouble.of(989)));
    String peak = speedWord(SampleSites.of("h100", OptionalDouble.empty(), OptionalDouble.of(989)));
    String calibrated =
        speedWord(SampleSites.of("a100", OptionalDouble.of(300), OptionalDouble.of(312)));
    assertThat(site).isEqualTo("site");
    assertThat(peak).isEqualTo("default-efficiency");
    assertThat(calibrated).isEqualTo("calibrated");
    // Layers of 14336 / 4 are like BLOOM's, layers of 1024 / 4 are like nothing published.
    RunSpec narrow = SpecTexts.value(TEXT.replace("hiddenSize: 14336", "hiddenSize: 1792"));
    assertThat(Planner.plan(narrow, SampleSites.a100()).throughput().orElseThrow().model())
        .isEqualTo("extrapolated");
  }

  private static String speedWord(org.bloomery.core.spec.ClusterProfile site) {
    return Planner.plan(BLOOM, site).throughput().orElseThrow().model();
  }

  @Test
  void whatCannotWorkIsSaidBeforeItCostsAnything() {
    RunSpec run =
        SpecTexts.value(
            TEXT.replace("everyIterations: 100,", "everyIterations: 200_000,")
                .replace("1_250_000", "1000")
                .replace(", exitDuration: 5990m", ""));
    assertThat(Planner.plan(run, SampleSites.tight()).problems())
        .extracting(PlanProblem::code)
        .containsExactly(
            PlanProblem.Code.OTHER_CLUSTER,
            PlanProblem.Code.MEMORY,
            PlanProblem.Code.BUDGET,
            PlanProblem.Code.SAVES_LESS_THAN_ONCE,
            PlanProblem.Code.NEVER_FINISHES,
            PlanProblem.Code.JOB_ENDS_BEFORE_SAVE);
  }

  @Test
  void theSpaceOfTheCheckpointsIsNamed() {
    String directory = "directory: /gpfsscratch/rech/six/checkpoints";
    RunSpec run = SpecTexts.value(TEXT.replace("directory: /scratch/checkpoints", directory));
    Plan plan = Planner.plan(run, SampleClusters.shipped().get("jean-zay-a100"));
    assertThat(plan.checkpoint().space()).contains("SCRATCH");
    // 128 are kept by the end, and one is being written.
    assertThat(plan.checkpoint().keptBytes()).isEqualTo(129 * plan.checkpoint().bytes());
    assertThat(plan.checkpoint().keptInodes()).isEqualTo(129 * 721);
  }

  @Test
  void aPartitionThatTheClusterDoesNotHaveIsSaid() {
    RunSpec elsewhere = SpecTexts.value(TEXT.replace("gpu_p5", "gpu_p6"));
    Plan plan = Planner.plan(elsewhere, SampleSites.a100());
    assertThat(plan.problems())
        .extracting(PlanProblem::text)
        .containsExactly(
            "PLAN-006 spec.resources.partition: a100 has no such partition. Choose one of its"
                + " profile.");
    assertThat(plan.secondsPerIteration()).isEmpty();
  }
}
