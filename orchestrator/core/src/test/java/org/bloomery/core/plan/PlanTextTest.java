package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

class PlanTextTest {
  private static ClusterProfile cluster(OptionalDouble tflops) {
    return SampleClusters.slurm("a100", tflops, OptionalLong.of(32L << 30));
  }

  @Test
  void aPlanFitsOneScreen() {
    RunSpec bloom = SpecTexts.value(SpecTexts.resource("bloom-176b.yaml"));
    String text = PlanText.of(Planner.plan(bloom, cluster(OptionalDouble.of(150))));
    assertThat(text.lines().toList())
        .hasSizeLessThan(24)
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(text)
        .startsWith(
            """
            Plan of tr11-176b-ml on a100

              model      176,247,271,424 parameters
              devices    384, 8 replicas
              training   115,311 iterations, 450,558,263,296 tokens
              work       6.021e+18 FLOPs per iteration
            """)
        .contains("  checkpoint 2.51 TB in 720 files;", "  step       104.5 s", "problem PLAN-003");
  }

  @Test
  void anUnknownSpeedIsSaid() {
    RunSpec bloom = SpecTexts.value(SpecTexts.resource("bloom-176b.yaml"));
    assertThat(PlanText.of(Planner.plan(bloom, cluster(OptionalDouble.empty()))))
        .contains("  time       not known");
  }
}
