package org.bloomery.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.Test;

/** The generator that other tests rest on: it must know every fact, and repeat itself. */
final class HistoriesTest {
  private static final RunId RUN = new RunId("some-run");

  @Test
  void makesEveryKindOfFactAndReachesEveryPhase() {
    Set<Class<?>> facts = new HashSet<>();
    Set<Class<?>> phases = new HashSet<>();
    for (int seed = 0; seed < 30; seed++) {
      List<RunRecord> history = new Histories(seed).history(RUN, 60);
      history.forEach(r -> r.facts().forEach(fact -> facts.add(fact.getClass())));
      for (int i = 1; i <= history.size(); i++) {
        phases.add(Run.fold(history.subList(0, i)).phase().getClass());
      }
    }
    assertThat(facts).containsExactlyInAnyOrder(RunEvent.class.getPermittedSubclasses());
    assertThat(phases).containsExactlyInAnyOrder(Phase.class.getPermittedSubclasses());
  }

  @Test
  void repeatsItselfForTheSameSeed() {
    List<RunRecord> history = new Histories(7).history(RUN, 200);
    assertThat(new Histories(7).history(RUN, 200)).isEqualTo(history);
    assertThat(new Histories(8).history(RUN, 200)).isNotEqualTo(history);
  }
}
