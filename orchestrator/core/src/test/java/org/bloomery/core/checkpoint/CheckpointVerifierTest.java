package org.bloomery.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bloomery.core.checkpoint.CheckpointLayout.Shards;
import org.bloomery.core.checkpoint.ScannedFile.Content;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: whole checkpoints are complete, and no damage of any single file passes for that. */
class CheckpointVerifierTest {
  private static final CheckpointLayout BLOOM = new CheckpointLayout(70, 4, 12, 8, Shards.BF16);
  private static final CheckpointLayout SMALL = new CheckpointLayout(4, 1, 1, 2, Shards.BF16);
  private static final String SHARD = "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt";
  private static final String BLOCK = "layer_04-model_00-model_states.pt";

  private static Verdict verdict(CheckpointLayout layout, SampleListings listing) {
    return CheckpointVerifier.verdict(layout, 100, listing.listed());
  }

  private static SampleListings small() {
    return SampleListings.complete(SMALL, "");
  }

  @ParameterizedTest
  @CsvSource({"70,4,12,8,720", "70,4,12,4,528", "4,1,1,2,9", "24,1,2,128,284"})
  void countsAsTheTrainerDoes(int layers, int tensor, int pipeline, int data, int files) {
    CheckpointLayout layout = new CheckpointLayout(layers, tensor, pipeline, data, Shards.BF16);
    assertThat(layout.fileCount()).isEqualTo(files);
    assertThat(layout.expected())
        .extracting(CheckpointLayout.Expected::name)
        .hasSize(files)
        .doesNotHaveDuplicates();
  }

  @Test
  void namesAsTheTrainerDoes() {
    List<String> names = BLOOM.expected().stream().map(CheckpointLayout.Expected::name).toList();
    assertThat(names)
        .contains(
            "layer_01-model_00-model_states.pt",
            "layer_03-model_03-model_states.pt",
            "layer_72-model_03-model_states.pt",
            "layer_74-model_00-model_states.pt",
            "mp_rank_00_model_states.pt",
            "mp_rank_47_model_states.pt",
            "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt",
            "bf16_zero_pp_rank_7_mp_rank_47_optim_states.pt")
        .doesNotContain(
            "layer_02-model_00-model_states.pt",
            "layer_73-model_00-model_states.pt",
            "layer_75-model_00-model_states.pt");
    assertThat(new CheckpointLayout(2, 1, 1, 1, Shards.ZERO).expected())
        .extracting(CheckpointLayout.Expected::name)
        .contains("zero_pp_rank_0_mp_rank_00_optim_states.pt");
    assertThat(new CheckpointLayout(2, 1, 1, 11, Shards.BF16).expected())
        .extracting(CheckpointLayout.Expected::name)
        .contains("bf16_zero_pp_rank_10_mp_rank_00_optim_states.pt");
  }

  @Test
  void refusesLayoutsThatCannotBe() {
    assertThatThrownBy(() -> new CheckpointLayout(0, 1, 1, 1, Shards.BF16))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CheckpointLayout(1, 1 << 20, 1 << 11, 1 << 20, Shards.BF16))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWholeCheckpointIsComplete() {
    Verdict verdict = verdict(BLOOM, SampleListings.complete(BLOOM, ""));
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Complete.class,
            complete -> {
              assertThat(complete.manifest().entries()).hasSize(720);
              assertThat(complete.manifest().iteration()).isEqualTo(100);
            });
  }

  @Test
  void anyMissingEmptyOrDamagedFileIsFound() {
    for (String name : small().names()) {
      assertThat(verdict(SMALL, small().without(name)))
          .isEqualTo(new Verdict.Incomplete(List.of(name + " is missing")));
      assertThat(verdict(SMALL, small().resize(name, 0)))
          .isEqualTo(new Verdict.Incomplete(List.of(name + " is empty")));
      assertThat(verdict(SMALL, small().damage(name, "cut")))
          .isInstanceOf(Verdict.Corrupt.class)
          .extracting(Verdict::words)
          .asString()
          .contains(name, "cut");
      Content link = new Content.NotRegular("a symbolic link");
      assertThat(verdict(SMALL, small().put(new ScannedFile(name, 0, Instant.EPOCH, link))))
          .isEqualTo(new Verdict.Incomplete(List.of(name + " is a symbolic link, not a file")));
    }
  }

  @Test
  void aHalfWrittenOneIsIncompleteThoughItsFilesAreCut() {
    Verdict verdict = verdict(SMALL, small().without(SHARD).damage(BLOCK, "cut off"));
    assertThat(verdict).isInstanceOf(Verdict.Incomplete.class);
    assertThat(verdict.words()).contains(SHARD + " is missing", BLOCK, "cut off");
  }

  @Test
  void namesThatDoNotBelongAreFound() {
    assertThat(
            verdict(SMALL, small().put(SampleListings.file("mp_rank_01_model_states.pt", 9, ""))))
        .isEqualTo(new Verdict.Incomplete(List.of("mp_rank_01_model_states.pt is unexpected")));
    assertThat(verdict(SMALL, small().put(SampleListings.file(SHARD + ".tmp", 9, ""))))
        .isEqualTo(new Verdict.Incomplete(List.of(SHARD + ".tmp is temporary")));
    assertThat(verdict(SMALL, small().put(SampleListings.file("x\u001b[2J\ny", 9, ""))).words())
        .isEqualTo("incomplete: x?[2J?y is unexpected");
    // The same ranks, but of an optimizer of another kind.
    assertThat(verdict(new CheckpointLayout(4, 1, 1, 2, Shards.ZERO), small()))
        .isInstanceOf(Verdict.Incomplete.class);
  }

  @Test
  void sizesOfOneKindMustAgree() {
    long block = 1_233_347_584L;
    assertThat(verdict(SMALL, small().resize(BLOCK, block + 900)))
        .isInstanceOf(Verdict.Complete.class);
    assertThat(verdict(SMALL, small().resize(BLOCK, block - 100_000)))
        .isEqualTo(
            new Verdict.Corrupt(
                List.of(BLOCK + " has 1233247584 bytes, but the blocks have 1233347584")));
    assertThat(verdict(SMALL, small().resize(SHARD, 2_000_000_000L)))
        .isInstanceOf(Verdict.Corrupt.class);
    // The last replica does without the padding.
    assertThat(verdict(SMALL, small().resize(SHARD, 5_549_000_000L)))
        .isInstanceOf(Verdict.Complete.class);
  }

  @Test
  void stagesMayDiffer() {
    CheckpointLayout stages = new CheckpointLayout(4, 1, 2, 2, Shards.BF16);
    SampleListings listing = SampleListings.complete(stages, "");
    for (int data = 0; data < 2; data++) {
      listing.resize("bf16_zero_pp_rank_" + data + "_mp_rank_01_optim_states.pt", 5_974_000_000L);
    }
    assertThat(verdict(stages, listing)).isInstanceOf(Verdict.Complete.class);
    listing.resize("bf16_zero_pp_rank_1_mp_rank_01_optim_states.pt", 5_550_000_000L);
    assertThat(verdict(stages, listing)).isInstanceOf(Verdict.Corrupt.class);
  }

  @Test
  void notBeingAbleToLookIsNoVerdictOnTheCheckpoint() {
    assertThat(CheckpointVerifier.verdict(SMALL, 100, new DirectoryListing.Unreadable("EIO")))
        .isEqualTo(new Verdict.Unreadable("EIO"));
  }

  @Test
  void manyProblemsAreSortedAndShortened() {
    DirectoryListing nothing = new DirectoryListing.Listed(List.of());
    Verdict.Incomplete verdict =
        (Verdict.Incomplete) CheckpointVerifier.verdict(BLOOM, 100, nothing);
    assertThat(verdict.problems()).hasSize(21).last().isEqualTo("and 700 more");
    assertThat(verdict.problems().subList(0, 20)).isSorted();
  }

  @Test
  void theManifestDoesNotDependOnTheOrderAndChangesWithAnyFile() {
    CheckpointManifest whole = manifest(small());
    List<CheckpointManifest.Entry> shuffled = new ArrayList<>(whole.entries());
    Collections.reverse(shuffled);
    assertThat(new CheckpointManifest(100, shuffled).sha256()).isEqualTo(whole.sha256());
    assertThat(whole.sha256()).hasSize(64);
    assertThat(new CheckpointManifest(101, shuffled).sha256()).isNotEqualTo(whole.sha256());
    assertThat(manifest(SampleListings.complete(SMALL, "new")).sha256())
        .isNotEqualTo(whole.sha256());
    assertThat(manifest(small().resize(SHARD, 5_550_000_001L)).sha256())
        .isNotEqualTo(whole.sha256());
    assertThat(whole.canonicalText().lines().count()).isEqualTo(11);
    assertThat(whole.canonicalText()).startsWith("bloomery checkpoint manifest 1\niteration 100\n");
    assertThat(IntStream.range(2, 11).mapToObj(whole.canonicalText().lines().toList()::get))
        .allMatch(line -> line.endsWith(".pt"));
  }

  private static CheckpointManifest manifest(SampleListings listing) {
    return ((Verdict.Complete) verdict(SMALL, listing)).manifest();
  }
}
