package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The control plane keeps its promises in simulated worlds in which much goes wrong. */
class SimulationTest {
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
