package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bloomery.simulation.LoopWorld.ADA;
import static org.bloomery.simulation.LoopWorld.SMALL;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.core.id.RunId;
import org.bloomery.simulation.LoopWorld.Site;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people and failures say of nodes counts for the next attempts of all runs. */
final class NodeBookTest {
  private static final RunId OTHER = new RunId("other");

  @TempDir private Path home;
  private LoopWorld world;

  @BeforeEach
  void open() {
    world = new LoopWorld(home, new InMemoryRunStore(), CrashPoints.none(), Site.QUEUE);
  }

  private NodeView exclude(String node, Optional<Duration> time) {
    NodeExclusion asked = new NodeExclusion(Optional.empty(), node, "ECC", time);
    return world.loop().ask(api -> api.excludeNode(asked, ADA));
  }

  private List<NodeView> list() {
    return world.loop().ask(api -> api.nodes(Optional.of("queue")));
  }

  private List<String> nodesOf(RunId run) {
    world.untilIteration(run, 1, 1);
    return world.cluster().view(run, 1).nodes();
  }

  @Test
  void aNodeThatAPersonExcludesIsGivenToNoRunUntilItIsReadmitted() {
    NodeView view = exclude("n1", Optional.empty());
    assertThat(view.excluded()).isTrue();
    assertThat(view.by()).contains(ADA);
    world.submit(SMALL);
    assertThat(nodesOf(SMALL)).containsExactly("n2");

    world.loop().ask(api -> api.readmitNode(Optional.of("queue"), "n1", ADA));
    world.submit(OTHER);
    assertThat(nodesOf(OTHER)).containsExactly("n1");
    assertThat(list()).extracting(NodeView::excluded).containsExactly(false);
  }

  @Test
  void anExclusionEndsByItself() {
    NodeView view = exclude("n1", Optional.of(Duration.ofSeconds(20)));
    assertThat(view.until()).contains(LoopWorld.T0.plusSeconds(20));

    world.ticks(20);
    world.submit(SMALL);
    assertThat(nodesOf(SMALL)).containsExactly("n1");
    assertThat(list()).extracting(NodeView::excluded).containsExactly(false);
  }

  @Test
  void failuresOfANodeAreCountedAcrossRuns() {
    world.cluster().plot(1, JobPlot.NORMAL.diesAfter(5, JobPlot.Death.NODE_LOST));
    world.submit(SMALL);
    world.submit(OTHER);
    world.untilPhase(SMALL, "succeeded");
    world.untilPhase(OTHER, "succeeded");

    assertThat(list())
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.node()).isEqualTo("n1");
              assertThat(node.failures()).isEqualTo(2);
              assertThat(node.causes()).containsEntry("node failure", 2);
              assertThat(node.lemon()).isFalse();
              assertThat(node.excluded()).as("by a person").isFalse();
            });
  }

  @Test
  void whatMakesNoSenseIsRefusedInWords() {
    assertThatThrownBy(() -> exclude("n[1-4]", Optional.empty()))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("one node at a time");
    assertThatThrownBy(() -> exclude("n1", Optional.of(Duration.ZERO)))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("a positive time");
    assertThatThrownBy(() -> world.loop().ask(api -> api.readmitNode(Optional.empty(), "n9", ADA)))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("nothing is known of node n9");
    assertThatThrownBy(() -> world.loop().ask(api -> api.nodes(Optional.of("elsewhere"))))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("there are queue");
  }
}
