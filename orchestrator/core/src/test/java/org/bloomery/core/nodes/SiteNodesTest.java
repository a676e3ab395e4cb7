package org.bloomery.core.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.EndCause;
import org.junit.jupiter.api.Test;

/** Goal: failures of nodes are counted once each, and what people say of nodes holds as long. */
class SiteNodesTest {
  private static final Instant T0 = Instant.parse("2031-05-04T08:00:00Z");

  private static Blame blame(String run, int attempt, int day) {
    return new Blame(new RunId(run), attempt, EndCause.NODE_FAILURE, T0.plus(Duration.ofDays(day)));
  }

  private static Exclusion exclusion(int hours) {
    return new Exclusion("ECC", "ada", T0, Optional.of(T0.plus(Duration.ofHours(hours))));
  }

  private static NodeHealth of(SiteNodes nodes, String name) {
    return nodes.node(name).orElseThrow();
  }

  @Test
  void theSameBlameCountsOnceHoweverOftenItIsTold() {
    SiteNodes nodes = SiteNodes.none("c");
    for (int round = 0; round < 3; round++) {
      for (int attempt = 1; attempt <= 7; attempt++) {
        nodes = nodes.blamed("n1", blame("a", attempt, attempt));
      }
      nodes = nodes.blamed("n1", blame("b", 7, 8));
    }

    assertThat(of(nodes, "n1").failureCount()).isEqualTo(8);
    assertThat(of(nodes, "n1").failures()).containsEntry(EndCause.NODE_FAILURE, 8);
    assertThat(of(nodes, "n1").blames()).hasSize(NodeHealth.BLAMES_MAX);
    assertThat(of(nodes, "n1").lastBlamed()).contains(T0.plus(Duration.ofDays(8)));
  }

  @Test
  void aNodeThatFailsAgainAndAgainIsALemonForAWhile() {
    SiteNodes nodes = SiteNodes.none("c").blamed("n1", blame("a", 1, 0));
    nodes = nodes.blamed("n1", blame("b", 1, 10));
    assertThat(of(nodes, "n1").isLemonAt(T0.plus(Duration.ofDays(10)))).isFalse();

    nodes = nodes.blamed("n1", blame("a", 2, 20));
    assertThat(of(nodes, "n1").isLemonAt(T0.plus(Duration.ofDays(20)))).isTrue();
    assertThat(of(nodes, "n1").isLemonAt(T0.plus(Duration.ofDays(31)))).isFalse();
  }

  @Test
  void anExclusionHoldsForItsTimeAndTheNewestComesFirst() {
    SiteNodes nodes =
        SiteNodes.none("c")
            .excluded("n1", exclusion(1))
            .excluded("n2", new Exclusion("", "ada", T0.plusSeconds(1), Optional.empty()));

    assertThat(nodes.excludedAt(T0.plusSeconds(2))).containsExactly("n2", "n1");
    assertThat(nodes.excludedAt(T0.plus(Duration.ofHours(1)))).containsExactly("n2");
    SiteNodes readmitted = nodes.readmitted("n2", T0.plusSeconds(9));
    assertThat(readmitted.excludedAt(T0.plusSeconds(10))).containsExactly("n1");
    assertThat(of(readmitted, "n2").isReadmittedSince(T0.plusSeconds(9))).isTrue();
    assertThat(of(readmitted, "n2").isReadmittedSince(T0.plusSeconds(10))).isFalse();
  }

  @Test
  void atTheLimitTheLeastBlamedNodeThatNobodyExcludesIsForgotten() {
    SiteNodes nodes = SiteNodes.none("c").excluded("kept", exclusion(1));
    for (int i = 0; i < SiteNodes.NODES_MAX; i++) {
      nodes = nodes.blamed("n" + i, blame("a", 1, i)).blamed("n" + i, blame("a", 2, i));
    }
    assertThat(nodes.node("n0")).isEmpty();
    nodes = nodes.blamed("new", blame("a", 1, 0));

    assertThat(nodes.nodes()).hasSize(SiteNodes.NODES_MAX);
    assertThat(nodes.node("kept")).isPresent();
    assertThat(nodes.node("new")).isPresent();
    assertThat(nodes.node("n1")).isEmpty();
    assertThat(nodes.nodes()).extracting(NodeHealth::name).isSorted();
  }
}
