package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

class PlanTextTest {
  private static final Path GOLDEN = Path.of("src/test/resources/plan/bloom-176b.txt");

  @Test
  void bloomsPlanIsTheScreenThatWasReviewed() throws IOException {
    RunSpec bloom = SpecTexts.value(SpecTexts.resource("bloom-176b.yaml"));
    String text = PlanText.of(Planner.plan(bloom, SampleSites.a100()));
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(GOLDEN, text, StandardCharsets.UTF_8);
    }
    assertThat(text).isEqualTo(Files.readString(GOLDEN, StandardCharsets.UTF_8));
  }

  @Test
  void aPlanFitsOneScreenWhateverIsWrong() {
    RunSpec bloom =
        SpecTexts.value(
            SpecTexts.resource("bloom-176b.yaml")
                .replace("everyIterations: 100,", "everyIterations: 200_000,")
                .replace("1_250_000", "1000"));
    assertThat(PlanText.of(Planner.plan(bloom, SampleSites.a100())).lines().toList())
        .hasSizeLessThanOrEqualTo(40)
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100))
        .anyMatch(line -> line.startsWith("PLAN-004"))
        .anyMatch(line -> line.startsWith("PLAN-005"));
  }

  @Test
  void anUnknownSpeedIsSaidWithWhatToDo() {
    RunSpec bloom = SpecTexts.value(SpecTexts.resource("bloom-176b.yaml"));
    ClusterProfile site = SampleSites.of("abacus", OptionalDouble.empty(), OptionalDouble.empty());
    assertThat(PlanText.of(Planner.plan(bloom, site)))
        .contains("  speed       not known: ", "--tflops", "--seconds-per-iteration");
  }

  @Test
  void anUncalibratedSpeedIsFlagged() {
    RunSpec bloom = SpecTexts.value(SpecTexts.resource("bloom-176b.yaml"));
    ClusterProfile site = SampleSites.of("h100", OptionalDouble.empty(), OptionalDouble.of(989));
    assertThat(PlanText.of(Planner.plan(bloom, site))).contains("NOT CALIBRATED");
  }
}
