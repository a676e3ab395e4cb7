package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.bloomery.core.plan.Topology.NodeRange;
import org.bloomery.core.plan.Topology.Stage;
import org.bloomery.core.spec.Parallelism;
import org.bloomery.core.spec.PipelinePartition;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyTest {
  private static final String TEXT = SpecTexts.resource("bloom-176b.yaml");
  private static final RunSpec BLOOM = SpecTexts.value(TEXT);
  private static final Topology TOPOLOGY = Topology.of(BLOOM);

  @Test
  void bloomsStagesAreThoseOfItsReadme() {
    assertThat(TOPOLOGY.stages()).extracting(Stage::blocks).startsWith(5, 6).endsWith(6, 5);
    assertThat(TOPOLOGY.stages().subList(1, 11))
        .allSatisfy(
            stage -> {
              assertThat(stage.blocks()).isEqualTo(6);
              assertThat(stage.embedding() || stage.head()).isFalse();
            });
    assertThat(TOPOLOGY.stages().get(0).embedding()).isTrue();
    assertThat(TOPOLOGY.stages().get(11).head()).isTrue();
    assertThat(TOPOLOGY.stages().get(0).firstBlock()).isEqualTo(1);
    assertThat(TOPOLOGY.stages().get(11).lastBlock()).isEqualTo(70);
  }

  @Test
  void everyRankIsCountedOnceAndLiesWhereDeepSpeedPutsIt() {
    Set<Integer> ranks = new HashSet<>();
    for (int stage = 0; stage < 12; stage++) {
      for (int replica = 0; replica < 8; replica++) {
        for (int tensor = 0; tensor < 4; tensor++) {
          ranks.add(TOPOLOGY.rank(stage, replica, tensor));
        }
      }
    }
    assertThat(ranks).hasSize(384).contains(0, 383);
    assertThat(TOPOLOGY.worldSize()).isEqualTo(384);
    // From a rank's name in the chronicles: pp11-tp1-dp4 is global rank 369.
    assertThat(TOPOLOGY.rank(11, 4, 1)).isEqualTo(369);
    assertThat(TOPOLOGY.nodesOfStage(11)).isEqualTo(new NodeRange(44, 47));
    assertThat(TOPOLOGY.nodesOfReplica(0))
        .isEqualTo(IntStream.range(0, 12).map(stage -> 4 * stage).boxed().toList());
    assertThat(TOPOLOGY.nodesOfReplica(7))
        .isEqualTo(IntStream.range(0, 12).map(stage -> 4 * stage + 3).boxed().toList());
  }

  @Test
  void theStagesHoldAllParametersAndTheTiedOnesTwice() {
    long perRank = TOPOLOGY.stages().stream().mapToLong(Stage::parametersPerDevice).sum();
    long h = 14_336;
    long repeated = 3 * (70 * 6 * h + 4 * h);
    assertThat(4 * perRank).isEqualTo(176_247_271_424L + 250_880 * h + repeated);
  }

  @ParameterizedTest
  @CsvSource({
    // 78 blocks alone: seven to each stage but the last, which gets one (chronicles-prequel.md).
    "TRANSFORMER, 78, 12, 7, 1",
    "TRANSFORMER_AND_EMBEDDING, 70, 12, 5, 5",
    "TRANSFORMER_AND_EMBEDDING, 22, 24, 0, 0",
    "UNIFORM, 70, 12, 5, 5",
    "PARAMETERS, 70, 12, 5, 5"
  })
  void layersAreDealtAsDeepSpeedDealsThem(
      PipelinePartition partition, int layers, int stages, int first, int last) {
    Topology topology =
        Topology.of(SampleSites.shaped(BLOOM, layers, new Parallelism(4, stages, partition, true)));
    assertThat(topology.stages()).hasSize(stages);
    assertThat(topology.stages().stream().mapToInt(Stage::blocks).sum()).isEqualTo(layers);
    assertThat(topology.stages().get(0).blocks()).isEqualTo(first);
    assertThat(topology.stages().get(stages - 1).blocks()).isEqualTo(last);
  }

  @Test
  void oneStageHoldsTheTiedEmbeddingOnce() {
    RunSpec small = SpecTexts.value(SampleSites.tiny());
    Topology topology = Topology.of(small);
    assertThat(topology.stages()).hasSize(1);
    assertThat(topology.stages().get(0).parametersPerDevice())
        .isEqualTo(ModelArithmetic.parameters(small.model()));
  }
}
