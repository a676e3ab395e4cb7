package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Locale;
import org.bloomery.core.spec.Batch;
import org.bloomery.core.spec.Revision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares schedules with BLOOM's log, and with a simulation of the trainer's own rule. */
class BatchScheduleTest {
  private static final String TEXT = SpecTexts.resource("bloom-176b.yaml");
  private static final RunSpec BLOOM = SpecTexts.value(TEXT);

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
    SchedulePoint point = SchedulePoint.at(BatchSchedule.of(BLOOM), iteration);
    assertThat(point.consumedSamples()).isEqualTo(samples);
    assertThat(point.tokens()).isEqualTo(tokens);
    assertThat(point.globalBatch()).isEqualTo(batch);
    assertThat(String.format(Locale.ROOT, "%.3E", point.learningRate())).isEqualTo(rate);
  }

  @Test
  void theScheduleEqualsASimulationOfTheTrainersRuleForAnyRampUp() {
    String text = SampleSites.tiny();
    for (int samples : new int[] {1, 79, 80, 81, 1000, 3100}) {
      for (int global : new int[] {16, 24, 64}) {
        compareWithSimulation(
            SpecTexts.value(
                text.replace("samples: 80}", "samples: " + samples + "}")
                    .replace("global: 16", "global: " + global)));
      }
    }
  }

  @Test
  void aRevisionTakesOverFromItsIterationOnAndNoSampleIsLost() {
    String text = SampleSites.tiny();
    RunSpec first = SpecTexts.value(text);
    RunSpec wider = SpecTexts.value(text.replace("global: 16", "global: 32"));
    RunSpec flat =
        SpecTexts.value(text.replace(", rampUp: {start: 8, increment: 8, samples: 80}", ""));
    for (long from : new long[] {1, 7, 20}) {
      compareWithSimulation(
          SampleSites.revised(first, new Revision(from, "wider", false, wider)),
          SampleSites.revised(
              first,
              new Revision(from, "wider", false, wider),
              new Revision(from + 13, "flat", false, flat)));
    }
  }

  @Test
  void aRevisionThatIsNeverReachedChangesNothing() {
    RunSpec first = SpecTexts.value(SampleSites.tiny());
    RunSpec wider = SpecTexts.value(SampleSites.tiny().replace("global: 16", "global: 32"));
    BatchSchedule revised =
        BatchSchedule.of(SampleSites.revised(first, new Revision(5000, "too late", false, wider)));
    assertThat(revised.stretches())
        .extracting(BatchSchedule.Stretch::batch, BatchSchedule.Stretch::iterations)
        .containsExactly(tuple(8, 10L), tuple(16, 195L));
    assertThat(revised.iterations()).isEqualTo(205);
  }

  @Test
  void bloomsMicroBatchAndNodesChangeWhileItRunsAndTheBatchesStay() {
    RunSpec one = SpecTexts.value(TEXT.replace("micro: 2", "micro: 1"));
    RunSpec half = SpecTexts.value(TEXT.replace("nodes: 48", "nodes: 24"));
    RunSpec run =
        SampleSites.revised(
            one,
            new Revision(7572, "enough micro-batches to fill the pipeline", false, BLOOM),
            new Revision(94_767, "the allocation of 52 nodes ends", true, half));
    BatchSchedule schedule = BatchSchedule.of(run);
    assertThat(schedule.iterations()).isEqualTo(115_311);
    assertThat(schedule.spec(7572).batch().micro()).isEqualTo(1);
    assertThat(schedule.spec(7573).batch().micro()).isEqualTo(2);
    assertThat(schedule.globalBatch(7573)).isEqualTo(784);
    assertThat(schedule.spec(94_768).resources().nodes()).isEqualTo(24);
    assertThat(schedule.consumedSamples(115_311)).isEqualTo(219_999_152);

    Plan plan = Planner.plan(run, SampleSites.a100());
    assertThat(plan.phases()).hasSize(3);
    assertThat(plan.worldSize()).isEqualTo(384);
    assertThat(plan.recipe().microBatch()).isEqualTo(2);
    assertThat(plan.phases().get(2).dataParallel()).isEqualTo(4);
    assertThat(plan.phases().get(2).firstIteration()).isEqualTo(94_768);
    assertThat(plan.gpuHours().orElseThrow())
        .isEqualTo(plan.phases().stream().mapToDouble(p -> p.gpuHours().orElseThrow()).sum());
    assertThat(PlanText.of(plan)).contains("  revisions   1 to 7,572: 48 nodes, 8 replicas");
  }

  @Test
  void shortSequencesOfACurriculumAreFewerTokens() {
    String curriculum = "curriculum: {minimum: 64, maximum: 256, iterations: 100, step: 8}";
    String text =
        SampleSites.tiny()
            .replace("    precision: bf16", "    " + curriculum + "\n    precision: bf16");
    RunSpec run = SpecTexts.value(text);
    BatchSchedule schedule = BatchSchedule.of(run);
    long tokens = 0;
    for (long iteration = 1; iteration <= schedule.iterations(); iteration++) {
      // DeepSpeed's fixed_linear: a straight line, rounded down to the step.
      long length = (long) (Math.min(1.0, iteration / 100.0) * (256 - 64) + 64);
      tokens += schedule.globalBatch(iteration) * (length - length % 8);
      assertThat(schedule.tokens(iteration)).isEqualTo(tokens);
    }
  }

  private static void compareWithSimulation(RunSpec... runs) {
    for (RunSpec run : runs) {
      BatchSchedule schedule = BatchSchedule.of(run);
      long consumed = 0;
      long iteration = 0;
      while (true) {
        RunSpec spec = run.at(iteration);
        int batch = batchByTheTrainersRule(spec.batch(), consumed);
        if (consumed + batch > spec.training().samples()) {
          break;
        }
        consumed += batch;
        iteration++;
        assertThat(schedule.globalBatch(iteration)).isEqualTo(batch);
        assertThat(schedule.consumedSamples(iteration)).isEqualTo(consumed);
        assertThat(schedule.tokens(iteration)).isEqualTo(consumed * 256);
        assertThat(schedule.iterationReaching(consumed)).isEqualTo(iteration);
      }
      assertThat(schedule.iterations()).isEqualTo(iteration);
      assertThatThrownBy(() -> schedule.globalBatch(schedule.iterations() + 1))
          .hasMessageContaining("iterations 1 to " + iteration);
    }
  }

  private static int batchByTheTrainersRule(Batch batch, long consumed) {
    if (batch.rampUp().isEmpty() || consumed > batch.rampUp().get().samples()) {
      return batch.global();
    }
    Batch.RampUp ramp = batch.rampUp().get();
    int steps = (batch.global() - ramp.start()) / ramp.increment();
    double perStep = (double) ramp.samples() / steps;
    return Math.min(batch.global(), ramp.start() + ((int) (consumed / perStep)) * ramp.increment());
  }
}
