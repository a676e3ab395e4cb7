package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: a sum is read only from a whole report. */
class SreportTest {
  private static final String REPORT =
      """
      --------------------------------------------------------------------------------
      Job Sizes 2026-11-24T15:00:00 - 2026-11-24T15:59:59 (3600 secs)
      TRES type is gres/gpu
      Time reported in Seconds
      --------------------------------------------------------------------------------
      Cluster|Account|0-49 TRES|50-249 TRES|250-499 TRES|500-999 TRES|>= 1000 TRES|% of cluster
      bloomery|six@a100|520|0|3072|0|0|99.67%
      bloomery|six@v100|12|0|0|0|0|0.33%
      """;

  @Test
  void allSizesOfAllAccountsCount() {
    assertThat(Sreport.read(REPORT)).hasValue(new Sreport.Said(1_795_536_000, 520 + 3072 + 12));
  }

  @Test
  void aReportWithoutRowsIsNothing() {
    assertThat(Sreport.read(REPORT.substring(0, REPORT.indexOf("bloomery|"))))
        .hasValue(new Sreport.Said(1_795_536_000, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sreport: error: unable to connect\n",
        "Cluster|Account|0-49 TRES|% of cluster"
      })
  void anythingElseIsNoReport(String output) {
    assertThat(Sreport.read(output)).isEmpty();
  }

  @Test
  void aReportThatIsCutIsNone() {
    assertThat(Sreport.read(REPORT.substring(0, REPORT.length() - 1))).isEmpty();
    assertThat(Sreport.read(REPORT.substring(0, REPORT.lastIndexOf("|0|0.33%")) + "\n")).isEmpty();
  }
}
