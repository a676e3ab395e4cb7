package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The control plane keeps its promises in simulated worlds in which much goes wrong. */
class SimulationTest {
  /** Nobody chose it: no promise was kept by luck. */
  private static final long FIRST_SEED = 20_310_504;

  private static final int SEEDS = 1000;

  @Test
  void withoutFaultsTrainingsEndAndNothingIsLost() {
    for (long seed = 1; seed <= 3; seed++) {
      Simulation simulation = Simulation.calm(seed);
      Simulation.Outcome outcome = simulation.play();

      assertThat(outcome.violation()).as("seed %d", seed).isEmpty();
      assertThat(outcome.coverage().of("end", "completed")).isPositive();
      assertThat(outcome.coverage().of("fault")).isEmpty();
    }
  }

  @Test
  void aThousandSeedsBreakNoPromiseAndMeetWithEverything() throws InterruptedException {
    System.out.println("simulation: seeds from " + FIRST_SEED + " on");
    Campaign campaign = Campaign.ofSeeds(FIRST_SEED, SEEDS);

    assertThat(campaign.broken().stream().map(one -> one.seed() + ": " + one.violation()))
        .isEmpty();
    assertThat(campaign.unequal()).as("seeds that came out differently again").isEmpty();
    assertThat(campaign.replayed()).isEqualTo(SEEDS / 50);
    List<String> never = new ArrayList<>();
    for (String kind : campaign.coverage().kinds()) {
      for (Map.Entry<String, Long> count : campaign.coverage().of(kind).entrySet()) {
        if (count.getValue() == 0) {
          never.add(kind + " " + count.getKey());
        }
      }
    }
    assertThat(never).as("what never happened").isEmpty();
  }

  /** Each line is a seed and what it had found. */
  @Test
  void whatWasFoundOnceStaysMended() throws IOException {
    String list;
    try (InputStream in = SimulationTest.class.getResourceAsStream("/simulation/regressions.txt")) {
      list = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<String> lines = list.lines().filter(line -> !line.startsWith("#")).toList();
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      long seed = Long.parseLong(line.substring(0, line.indexOf(' ')));
      assertThat(Simulation.of(seed, Seams.NONE).play().violation()).as(line).isEmpty();
    }
  }
}
