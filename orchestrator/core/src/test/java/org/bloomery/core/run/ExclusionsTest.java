package org.bloomery.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.nodes.Exclusion;
import org.bloomery.core.nodes.SiteNodes;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.Test;

/**
 * Which nodes the next attempt does without. In these tests one node is needed of four, the spec
 * excludes bad0, and at most two suspects are excluded, for a day.
 */
class ExclusionsTest {
  private static final Instant NOW = Runs.T0.plusSeconds(3600);

  private static Exclusions of(Run run, SiteNodes nodes, Instant now) {
    Seen seen = Runs.with(Runs.seen(Runs.known()), nodes);
    return Exclusions.of(new Situation(run, seen, Runs.policy(new GpuSeconds(1_000_000)), now));
  }

  private static Exclusions of(Run run) {
    return of(run, SiteNodes.none("local"), NOW);
  }

  private static Run blaming(String... nodes) {
    Run run = Runs.submitted();
    for (String node : nodes) {
      Run ending = Runs.ending(Runs.submitting(run, Optional.empty()));
      run =
          Runs.after(
              ending,
              Runs.blaming(ending.attempt().orElseThrow().number(), EndCause.GPU_FAULT, node),
              new RunEvent.UsagePosted(Runs.posting(ending)),
              new RunEvent.RunReady(Runs.T0));
    }
    return run;
  }

  private static SiteNodes excluding(String... nodes) {
    SiteNodes all = SiteNodes.none("local");
    for (String node : nodes) {
      Instant from = Runs.T0.plusSeconds(all.nodes().size());
      all = all.excluded(node, new Exclusion("ECC", "ada", from, Optional.empty()));
    }
    return all;
  }

  @Test
  void theNewestSuspectsAreExcludedEachOnce() {
    assertThat(of(blaming("n1")).nodes()).containsExactly("n1");
    assertThat(of(blaming("n3", "n1", "n2", "n1")).nodes()).containsExactly("n1", "n2");
    assertThat(of(Runs.submitted()).nodes()).isEmpty();
  }

  @Test
  void aSuspectIsExcludedForAWhileOnly() {
    Run run = blaming("n1");
    Instant blamed = run.suspects().get(0).at();
    SiteNodes none = SiteNodes.none("local");

    assertThat(of(run, none, blamed.plus(Duration.ofHours(23))).nodes()).containsExactly("n1");
    assertThat(of(run, none, blamed.plus(Duration.ofHours(24))).nodes()).isEmpty();
  }

  @Test
  void whatAPersonReadmitsIsNoSuspectUntilItFailsAgain() {
    Run run = blaming("n1");
    SiteNodes readmitted = SiteNodes.none("local").readmitted("n1", NOW);

    assertThat(of(run, readmitted, NOW).nodes()).isEmpty();
    Run again = Runs.after(run, Runs.blaming(1, EndCause.GPU_FAULT, "n1"));
    SiteNodes before = SiteNodes.none("local").readmitted("n1", run.suspects().get(0).at());
    assertThat(of(again, before, NOW).nodes()).containsExactly("n1");
  }

  @Test
  void neverSoManyThatFewerRemainThanTheRunNeeds() {
    Exclusions exclusions = of(blaming("n1", "n2"), excluding("n3"), NOW);

    // Four nodes less the one that is needed and the one of the spec leave room for two.
    assertThat(exclusions.nodes()).containsExactly("n2", "n3");
    assertThat(exclusions.spared()).isEqualTo(1);
    assertThat(exclusions.words())
        .isEqualTo("; without n2, n3; 1 more should be excluded, but the run needs the nodes");
  }

  @Test
  void ofWhatPeopleExcludeTheLastWordCountsFirst() {
    assertThat(of(Runs.submitted(), excluding("n1", "n2", "n3"), NOW).nodes())
        .containsExactly("n2", "n3");
  }

  @Test
  void whatTheSpecExcludesIsNotSaidTwiceAndWhatIsNoNameIsNotSaidAtAll() {
    assertThat(of(blaming("bad0", "n1 n2", "--help")).nodes()).isEmpty();
    assertThat(of(blaming("bad0", "n1")).nodes()).isEqualTo(List.of("n1"));
  }
}
