package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.Planner;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: the specs that we ship for the BLOOM family are good, and are the published models. */
class ShippedSpecsTest {

  static List<String> bloomFiles() {
    return ShippedSpecs.bloomFiles();
  }

  @ParameterizedTest
  @MethodSource("bloomFiles")
  void everySpecIsGoodAndIsPlannedAndRendered(String file) {
    RunSpec spec = ShippedSpecs.bloom(file);
    ClusterProfile cluster = ShippedSpecs.clusterOf(spec);
    assertThat(Planner.plan(spec, cluster).problems()).isEmpty();
    AttemptPlan plan =
        AttemptPlanner.plan(new HomeId("c0ffee"), spec.name(), spec, cluster, 1, Optional.empty());
    AttemptFiles files = new ScriptRenderer(ScriptSamples.templates()).render(plan, spec, cluster);
    assertThat(files.texts()).hasSize(5);
    assertThat(files.validSplits().orElseThrow().split("\" \"", -1)).hasSize(29);
  }

  /** Parameters as published with the models on the Hugging Face hub. */
  @ParameterizedTest
  @CsvSource({
    "560m, 559214592, 32, 32",
    "1b1, 1065314304, 32, 16",
    "1b7, 1722408960, 64, 16",
    "3b, 3002557440, 128, 8",
    "7b1, 7069016064, 128, 8",
    "176b, 176247271424, 384, 8"
  })
  void theModelsAreThePublishedOnes(String size, long parameters, int worldSize, int dataParallel) {
    Plan plan = plan(ShippedSpecs.bloom(size + ".yaml"));
    assertThat(plan.parameters()).isEqualTo(parameters);
    assertThat(plan.worldSize()).isEqualTo(worldSize);
    assertThat(plan.dataParallel()).isEqualTo(dataParallel);
    assertThat(plan.tokens()).isLessThanOrEqualTo(450_560_000_000L).isGreaterThan(450_550_000_000L);
  }

  @Test
  void theLargestModelTakesThePublishedIterationsAndFiles() {
    Plan plan = plan(ShippedSpecs.bloom("176b.yaml"));
    assertThat(plan.iterations()).isEqualTo(115_311);
    assertThat(plan.checkpoint().files()).isEqualTo(720);
  }

  /** Half of the nodes, four replicas, and checkpoints of 528 files (TR11's README). */
  @Test
  void theEndOfTheTrainingHasHalfOfTheNodes() {
    RunSpec run = ShippedSpecs.bloom("176b-24-nodes.yaml");
    assertThat(run.at(94_766).resources().nodes()).isEqualTo(48);
    Plan end = plan(run.at(94_767));
    assertThat(end.worldSize()).isEqualTo(192);
    assertThat(end.dataParallel()).isEqualTo(4);
    assertThat(end.checkpoint().files()).isEqualTo(528);
    assertThat(arguments(run, new Resume(94_767, 0))).contains("--universal-checkpoint");
    assertThat(arguments(run, new Resume(94_867, 1))).doesNotContain("--universal-checkpoint");
  }

  private static List<String> arguments(RunSpec run, Resume resume) {
    ClusterProfile cluster = ShippedSpecs.clusterOf(run);
    AttemptPlan plan =
        AttemptPlanner.plan(new HomeId("c0ffee"), run.name(), run, cluster, 9, Optional.of(resume));
    return MegatronArguments.of(plan, run, cluster);
  }

  private static Plan plan(RunSpec spec) {
    return Planner.plan(spec, ShippedSpecs.clusterOf(spec));
  }
}
