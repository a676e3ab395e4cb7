package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares plans with what BLOOM-176B's training published about itself. */
class PlannerTest {
  private static final RunSpec BLOOM = SpecTexts.value(SpecTexts.resource("bloom-176b.yaml"));
  private static final RunSpec SMALL = SpecTexts.value(SpecTexts.small());

  private static ClusterProfile cluster(String name, OptionalDouble tflops, OptionalLong memory) {
    return SampleClusters.slurm(name, tflops, memory);
  }

  private static ClusterProfile a100(double tflops) {
    return cluster("a100", OptionalDouble.of(tflops), OptionalLong.of(80L << 30));
  }

  @Test
  void theShapeOfBloomGivesItsPublishedSizes() {
    Plan plan = Planner.plan(BLOOM, a100(150));
    assertThat(plan.parameters()).isEqualTo(176_247_271_424L);
    assertThat(plan.worldSize()).isEqualTo(384);
    assertThat(plan.dataParallel()).isEqualTo(8);
    assertThat(plan.iterations()).isEqualTo(115_311);
    assertThat(plan.tokens()).isEqualTo(450_558_263_296L);
    assertThat(plan.checkpoint().files()).isEqualTo(720);
    assertThat(plan.checkpoint().bytes() / 1e12).isCloseTo(2.511, within(0.001));
    assertThat(plan.problems()).isEmpty();
    assertThat(plan.memoryPerGpuBytes()).isBetween(40_000_000_000L, 59_000_000_000L);
  }

  @Test
  void aStepAtTheMeasuredSpeedTakesTheMeasuredTime() {
    // Logged on 384 GPUs: 105.22 s an iteration at 149.02 TFLOP/s each.
    Plan plan = Planner.plan(BLOOM, a100(149.02));
    assertThat(plan.secondsPerIteration().getAsDouble()).isCloseTo(105.22, within(0.05));
    assertThat(plan.flopsPerIteration()).isCloseTo(6.021e18, within(0.001e18));
  }

  @Test
  void atAConstantSpeedTheTrainingTakes130DaysAnd1Point198MillionGpuHours() {
    Plan plan = Planner.plan(BLOOM, a100(150));
    assertThat(plan.trainingSeconds().getAsDouble() / 86_400).isCloseTo(130.0, within(1.3));
    assertThat(plan.gpuHours().getAsDouble()).isCloseTo(1.198e6, within(0.012e6));
    assertThat(plan.jobs()).hasValue(32);
    assertThat(plan.expectedEttr().getAsDouble()).isBetween(0.9, 0.99);
    assertThat(plan.checkpoint().adviceIterations().getAsLong()).isBetween(40L, 80L);
  }

  @ParameterizedTest
  @CsvSource({
    "7573, 3115856, 6381273088, 784, 5.997E-05",
    "12658, 9765808, 20000374784, 2032, 5.969E-05",
    "12695, 9841584, 20155564032, 2048, 5.969E-05",
    "31214, 47768496, 97829879808, 2048, 5.279E-05",
    "42780, 71455664, 146341199872, 2048, 4.475E-05",
    "45000, 76002224, 155652554752, 2048, 4.298E-05",
    "85376, 158692272, 325001773056, 2048, 1.150E-05",
    "94768, 177927088, 364394676224, 2048, 7.610E-06",
    "115311, 219999152, 450558263296, 2048, 6.000E-06"
  })
  void theScheduleIsTheOneInBloomsLog(
      long iteration, long samples, long tokens, int batch, String rate) {
    SchedulePoint point = Plan.scheduleAt(BLOOM, iteration);
    assertThat(point.consumedSamples()).isEqualTo(samples);
    assertThat(point.tokens()).isEqualTo(tokens);
    assertThat(point.globalBatch()).isEqualTo(batch);
    assertThat(String.format(Locale.ROOT, "%.3E", point.learningRate())).isEqualTo(rate);
  }

  @Test
  void theScheduleEqualsASimulationOfTheTrainersRuleForAnyRampUp() {
    String text = SpecTexts.small();
    for (int samples : new int[] {1, 79, 80, 81, 1000, 3100}) {
      for (int global : new int[] {16, 24, 64}) {
        RunSpec run =
            SpecTexts.value(
                text.replace("samples: 80}", "samples: " + samples + "}")
                    .replace("global: 16", "global: " + global));
        compareWithSimulation(run);
      }
    }
  }

  private static void compareWithSimulation(RunSpec run) {
    var ramp = run.batch().rampUp().orElseThrow();
    int steps = (run.batch().global() - ramp.start()) / ramp.increment();
    double perStep = (double) ramp.samples() / steps;
    BatchSchedule schedule = BatchSchedule.of(run);
    long consumed = 0;
    long iteration = 0;
    while (true) {
      int batch =
          consumed > ramp.samples()
              ? run.batch().global()
              : Math.min(
                  run.batch().global(),
                  ramp.start() + ((int) (consumed / perStep)) * ramp.increment());
      if (consumed + batch > run.training().samples()) {
        break;
      }
      consumed += batch;
      iteration++;
      assertThat(schedule.globalBatch(iteration)).isEqualTo(batch);
      assertThat(schedule.consumedSamples(iteration)).isEqualTo(consumed);
    }
    assertThat(schedule.iterations()).isEqualTo(iteration);
    assertThatThrownBy(() -> schedule.globalBatch(schedule.iterations() + 1))
        .hasMessageContaining("iterations 1 to " + iteration);
  }

  @Test
  void withoutAMeasuredSpeedNoTimeIsInvented() {
    Plan plan = Planner.plan(SMALL, cluster("local", OptionalDouble.empty(), OptionalLong.empty()));
    assertThat(plan.secondsPerIteration()).isEmpty();
    assertThat(plan.trainingSeconds()).isEmpty();
    assertThat(plan.gpuHours()).isEmpty();
    assertThat(plan.jobs()).isEmpty();
    assertThat(plan.expectedEttr()).isEmpty();
    assertThat(plan.checkpoint().adviceIterations()).isEmpty();
    assertThat(plan.parameters()).isEqualTo(4 * (12 * 160 * 160 + 13 * 160) + 384 * 160 + 640);
    // 4 blocks, the embedding and the final layer norm; one model rank; two optimizer shards.
    assertThat(plan.checkpoint().files()).isEqualTo(6 + 1 + 2);
    assertThat(plan.checkpoint().bytes()).isEqualTo(plan.parameters() * 14);
  }

  @Test
  void whatCannotWorkIsSaidBeforeItCostsAnything() {
    RunSpec run =
        SpecTexts.value(
            SpecTexts.resource("bloom-176b.yaml")
                .replace("everyIterations: 100,", "everyIterations: 200_000,")
                .replace("1_250_000", "1000"));
    ClusterProfile tight = cluster("other", OptionalDouble.of(150), OptionalLong.of(16L << 30));
    assertThat(Planner.plan(run, tight).problems())
        .extracting(PlanProblem::code)
        .containsExactly(
            PlanProblem.Code.OTHER_CLUSTER,
            PlanProblem.Code.MEMORY,
            PlanProblem.Code.BUDGET,
            PlanProblem.Code.SAVES_LESS_THAN_ONCE);
  }

  @Test
  void aPartitionThatTheClusterDoesNotHaveIsSaid() {
    String elsewhere = SpecTexts.resource("bloom-176b.yaml").replace("gpu_p5", "gpu_p6");
    Plan plan = Planner.plan(SpecTexts.value(elsewhere), a100(150));
    assertThat(plan.problems())
        .extracting(PlanProblem::text)
        .containsExactly(
            "PLAN-006 spec.resources.partition: a100 has no such partition. Choose one of its"
                + " profile.");
    assertThat(plan.secondsPerIteration()).isEmpty();
  }
}
