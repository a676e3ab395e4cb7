package org.bloomery.core.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small forms in SLURM's output: lists of nodes, and what a job was given. */
class SlurmFormsTest {

  @Test
  void nodesAreExpanded() {
    assertThat(HostList.expand("node01")).containsExactly("node01");
    assertThat(HostList.expand("node[08-10,12],login1"))
        .containsExactly("node08", "node09", "node10", "node12", "login1");
    assertThat(HostList.expand("r[1-2]n[01-02]"))
        .containsExactly("r1n01", "r1n02", "r2n01", "r2n02");
    assertThat(HostList.expand("n[9-11]x")).containsExactly("n9x", "n10x", "n11x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "(null)", "None assigned", "None"})
  void noNodesAreNone(String text) {
    assertThat(HostList.expand(text)).isEmpty();
  }

  @Test
  void aDamagedListFillsNoMemory() {
    assertThat(HostList.expand("n[0-999999999]")).hasSize(HostList.NAMES_MAX);
    assertThat(HostList.expand("n[0-9999][0-9999]")).hasSize(HostList.NAMES_MAX);
    assertThat(HostList.expand("n[1-")).containsExactly("n[1-");
    assertThat(HostList.expand("n[5-2]")).isEmpty();
  }

  @Test
  void devicesAreTheTotalAndNotItsPartsAgain() {
    assertThat(
            Tres.parse("billing=3072,cpu=3072,gres/gpu:a100=384,gres/gpu=384,mem=48000M,node=48"))
        .isEqualTo(new Tres(48, 3072, OptionalLong.of(384)));
    assertThat(Tres.parse("cpu=4,gres/gpu:a100=2,gres/gpu:v100=4,node=2").devices())
        .as("without a total the types are summed")
        .hasValue(6);
    assertThat(Tres.parse("cpu=4,gres/gpu=0,node=1").devices()).hasValue(0);
  }

  @Test
  void aSiteThatCountsNoDevicesSaysNothingAboutThem() {
    assertThat(Tres.parse("billing=2,cpu=2,mem=2000M,node=1"))
        .isEqualTo(new Tres(1, 2, OptionalLong.empty()));
    assertThat(Tres.parse("")).isEqualTo(new Tres(0, 0, OptionalLong.empty()));
    assertThat(Tres.parse("gres/gpu=lots,node=,=,cpu").devices()).isEmpty();
  }
}
