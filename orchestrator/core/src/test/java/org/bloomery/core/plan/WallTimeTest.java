package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

/** How long one job may run on Jean Zay's A100 nodes, whose partition ends after 100 hours. */
class WallTimeTest {
  private static final ClusterProfile JEAN_ZAY = SampleClusters.shipped().get("jean-zay-a100");
  private static final String BLOOM = SpecTexts.resource("bloom-176b.yaml");

  private static RunSpec bloom(String qos, String timeLimit) {
    return SpecTexts.value(
        BLOOM
            .replace("qos: qos_gpu-gc", "qos: " + qos)
            .replace("timeLimit: 100h", "timeLimit: " + timeLimit));
  }

  @Test
  void aJobRunsAsLongAsItsSpecWantsWhereTheSiteAllowsIt() {
    RunSpec bloom = bloom("qos_gpu-gc", "100h");

    assertThat(WallTime.limit(bloom, JEAN_ZAY)).isEqualTo(Duration.ofHours(100));
    assertThat(WallTime.fitted(bloom, JEAN_ZAY)).isEqualTo(bloom);
  }

  @Test
  void aLongerTrainingIsSplitByTheQualityOfServiceOrThePartition() {
    assertThat(WallTime.limit(bloom("qos_gpu-t3", "100h"), JEAN_ZAY))
        .isEqualTo(Duration.ofHours(20));
    assertThat(WallTime.limit(bloom("qos_gpu-gc", "20d"), JEAN_ZAY))
        .isEqualTo(Duration.ofHours(100));
  }

  @Test
  void nothingButTheTimeLimitIsChanged() {
    RunSpec wanted = bloom("qos_gpu-t3", "100h");
    RunSpec fitted = WallTime.fitted(wanted, JEAN_ZAY);

    assertThat(fitted.resources().timeLimit()).isEqualTo(Duration.ofHours(20));
    assertThat(fitted.withTimeLimits(now -> Duration.ofHours(100))).isEqualTo(wanted);
  }

  @Test
  void theJobsOfEachRevisionAreFittedToo() {
    RunSpec small = SpecTexts.value(SpecTexts.small());
    RunSpec fitted = small.withTimeLimits(now -> Duration.ofHours(7));

    assertThat(small.revisions()).isNotEmpty();
    assertThat(fitted.revisions())
        .allSatisfy(
            revision ->
                assertThat(revision.spec().resources().timeLimit()).isEqualTo(Duration.ofHours(7)));
  }
}
