package org.bloomery.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.bloomery.core.ledger.BillingRule.Given;
import org.bloomery.core.ledger.BillingRule.NodeKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BillingRuleTest {
  private static final BillingRule JEAN_ZAY = new BillingRule(true, true);

  /** Kinds of nodes: devices, cores per device; each core counts as two CPUs. */
  private static NodeKind kind(String partition) {
    return switch (partition) {
      case "gpu_p13" -> new NodeKind(4, OptionalInt.of(10), 2);
      case "gpu_p2" -> new NodeKind(8, OptionalInt.of(3), 2);
      case "gpu_p5" -> new NodeKind(8, OptionalInt.of(8), 2);
      case "gpu_p6" -> new NodeKind(4, OptionalInt.of(24), 2);
      default -> throw new IllegalArgumentException(partition);
    };
  }

  @ParameterizedTest(name = "{0}: {1} nodes, {2} GPUs, {3} CPUs, exclusive {4} = {5}")
  @CsvSource({
    // One GPU with all 128 hyperthreads of an A100 node is the whole node.
    "gpu_p5,   1,   1,  128, false,   8",
    "gpu_p5,   1,   1,   16, false,   1",
    "gpu_p5,   1,   1,   17, false,   2",
    "gpu_p5,   1,   2,   16, false,   2",
    "gpu_p5,   1,   1,    1, true,    8",
    "gpu_p5,   2,   2,   32, false,  16",
    // BLOOM: 48 nodes with 8 GPUs and 64 cores each.
    "gpu_p5,  48, 384, 6144, false, 384",
    "gpu_p13,  1,   1,   20, false,   1",
    "gpu_p13,  1,   1,   40, false,   2",
    "gpu_p13,  1,   1,   80, false,   4",
    "gpu_p13,  3,   3,   60, false,  12",
    "gpu_p2,   1,   1,    6, false,   1",
    "gpu_p2,   1,   1,   20, false,   4",
    "gpu_p6,   1,   1,   48, false,   1",
    "gpu_p6,   2,   8,  384, false,   8",
  })
  void jeanZayChargesForWhatAJobKeepsFromOthers(
      String partition, int nodes, long gpus, long cpus, boolean exclusive, long charged) {
    assertThat(JEAN_ZAY.chargedDevices(new Given(nodes, gpus, cpus, exclusive), kind(partition)))
        .isEqualTo(charged);
  }

  @Test
  void aSiteWithoutRulesChargesForWhatWasAllocated() {
    Given job = new Given(2, 3, 256, true);
    assertThat(BillingRule.AS_ALLOCATED.chargedDevices(job, kind("gpu_p5"))).isEqualTo(3);
    assertThat(new BillingRule(false, true).chargedDevices(job, kind("gpu_p5"))).isEqualTo(16);
    assertThat(new BillingRule(true, false).chargedDevices(job, kind("gpu_p5"))).isEqualTo(16);
  }

  @Test
  void coresAreFreeWhereNoneAreTiedToADevice() {
    NodeKind node = new NodeKind(8, OptionalInt.empty(), 2);
    assertThat(JEAN_ZAY.chargedDevices(new Given(1, 1, 128, false), node)).isEqualTo(1);
  }
}
