package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.plan.CheckpointContents.FileClass;
import org.bloomery.core.spec.CheckpointPolicy;
import org.bloomery.core.spec.CheckpointPolicy.Keep;
import org.bloomery.core.spec.Precision;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares checkpoints with those that BLOOM-176B left. */
class CheckpointContentsTest {
  private static final String TEXT = SpecTexts.resource("bloom-176b.yaml");

  private static CheckpointContents contents(String text) {
    RunSpec run = SpecTexts.value(text);
    return CheckpointContents.of(run, Topology.of(run));
  }

  private static long bytesOf(CheckpointContents contents, String holds) {
    return contents.classes().stream()
        .filter(file -> file.holds().equals(holds))
        .mapToLong(FileClass::bytesEach)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void bloomsCheckpointHas720FilesOfTheSizesThatWereFound() {
    CheckpointContents contents = contents(TEXT);
    assertThat(contents.files()).isEqualTo(720);
    assertThat(contents.bytes() / 1e12).isCloseTo(2.511, within(0.0005));
    assertThat(bytesOf(contents, "one block")).isEqualTo(1_233_347_584L);
    assertThat(bytesOf(contents, "embedding")).isEqualTo(1_798_365_184L);
    assertThat(bytesOf(contents, "final layer norm")).isEqualTo(57_344);
    assertThat(bytesOf(contents, "optimizer of stage 5") / 1e9).isCloseTo(5.550, within(0.0005));
    assertThat(bytesOf(contents, "optimizer of stage 0") / 1e9).isCloseTo(5.974, within(0.0005));
  }

  @Test
  void on24NodesItHas528Files() {
    CheckpointContents half = contents(TEXT.replace("nodes: 48", "nodes: 24"));
    assertThat(half.files()).isEqualTo(528);
    assertThat(half.bytes()).isEqualTo(contents(TEXT).bytes());
  }

  @Test
  void fp16WithoutZeroKeepsItsOptimizerInTheModelStates() {
    CheckpointContents contents =
        contents(
            SampleSites.tiny()
                .replace("precision: bf16", "precision: fp16")
                .replace("  data:\n", "  deepSpeed: {zeroStage: 0}\n  data:\n"));
    long parameters = ModelArithmetic.parameters(SpecTexts.value(SampleSites.tiny()).model());
    assertThat(contents.files()).isEqualTo(6 + 1);
    assertThat(contents.bytes()).isEqualTo(14 * parameters);
    assertThat(bytesOf(contents, "model states of stage 0")).isEqualTo(12 * parameters);
  }

  @ParameterizedTest
  @CsvSource({
    "bf16, 0, bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt",
    "fp16, 1, zero_pp_rank_1_mp_rank_00_optim_states.pt",
    "fp16, 0, mp_rank_00_model_states.pt"
  })
  void whatIsPlannedIsWhatIsLookedFor(String precision, int zeroStage, String last) {
    RunSpec run =
        SpecTexts.value(
            SampleSites.tiny()
                .replace("precision: bf16", "precision: " + precision)
                .replace("  data:\n", "  deepSpeed: {zeroStage: " + zeroStage + "}\n  data:\n"));
    List<CheckpointLayout.Expected> files = CheckpointContents.layout(run).expected();
    assertThat(files.get(files.size() - 1).name()).isEqualTo(last);
    assertThat(files).hasSize((int) CheckpointContents.of(run).files());
  }

  @Test
  void ofEachParameterThereAre14BytesAsTheReadmeSays() {
    double bytes = 176e9 * CheckpointContents.bytesPerParameter(Precision.BF16);
    assertThat(bytes / (1L << 30)).isCloseTo(2294.78, within(0.005));
  }

  @ParameterizedTest
  @CsvSource({
    // interval, last, every (0: none), pinned, saved, kept
    "100, 15, 1000, 0, 1153, 128",
    "100, 15, 0, 0, 1153, 15",
    "100, 5000, 1000, 0, 1153, 1153",
    "250, 2, 1000, 250, 461, 117",
    "250, 2, 1000, 251, 461, 117",
    "300, 1, 1000, 0, 384, 39",
    "200000, 5, 1000, 0, 0, 0"
  })
  void thePolicyKeepsWhatItSays(
      int interval, int last, int every, long pinned, long saved, long kept) {
    CheckpointPolicy policy =
        new CheckpointPolicy(
            "/scratch",
            interval,
            new Keep(
                last,
                every == 0 ? Optional.empty() : Optional.of(every),
                pinned == 0 ? List.of() : List.of(pinned)));
    assertThat(KeptCheckpoints.of(policy, 115_311)).isEqualTo(new KeptCheckpoints(saved, kept));
    assertThat(countedOneByOne(policy, 115_311)).isEqualTo(kept);
  }

  private static long countedOneByOne(CheckpointPolicy policy, long iterations) {
    long saved = iterations / policy.everyIterations();
    long kept =
        policy.keep().pinned().stream().filter(p -> p % policy.everyIterations() != 0).count();
    for (long save = 1; save <= saved; save++) {
      long iteration = save * policy.everyIterations();
      boolean newest = save > saved - policy.keep().last();
      boolean regular = policy.keep().every().map(e -> iteration % e == 0).orElse(false);
      kept += newest || regular || policy.keep().pinned().contains(iteration) ? 1 : 0;
    }
    return kept;
  }
}
