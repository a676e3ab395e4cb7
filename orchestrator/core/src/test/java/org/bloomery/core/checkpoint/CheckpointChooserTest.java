package org.bloomery.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointChooser.Choice;
import org.bloomery.core.checkpoint.CheckpointChooser.Outcome;
import org.bloomery.core.checkpoint.CheckpointLayout.Shards;
import org.junit.jupiter.api.Test;

/** Goal: a training starts from the newest checkpoint that is as it was sealed, or not at all. */
class CheckpointChooserTest {
  private static final CheckpointLayout LAYOUT = new CheckpointLayout(2, 1, 1, 2, Shards.BF16);
  private static final Verdict TORN = new Verdict.Incomplete(List.of("a shard is missing"));
  private static final Verdict AWAY = new Verdict.Unreadable("EIO");

  private final Map<CheckpointRef, Verdict> now = new TreeMap<>();
  private final List<CheckpointRef> asked = new ArrayList<>();

  private static Verdict.Complete complete(long iteration, String seed) {
    return (Verdict.Complete)
        CheckpointVerifier.verdict(
            LAYOUT, iteration, SampleListings.complete(LAYOUT, seed).listed());
  }

  private SealedCheckpoint sealed(int attempt, long iteration) {
    CheckpointRef ref = new CheckpointRef(attempt, iteration);
    Verdict.Complete verdict = complete(iteration, "seed");
    now.put(ref, verdict);
    CheckpointManifest manifest = verdict.manifest();
    return new SealedCheckpoint(
        ref, manifest.sha256(), manifest.bytes(), manifest.entries().size(), Instant.EPOCH);
  }

  private Choice choose(SealedCheckpoint... lineage) {
    return CheckpointChooser.choose(
        List.of(lineage),
        ref -> {
          asked.add(ref);
          return now.get(ref);
        });
  }

  @Test
  void takesTheNewestAndAsksForNoOther() {
    SealedCheckpoint old = sealed(1, 100);
    SealedCheckpoint newest = sealed(2, 300);
    Choice choice = choose(old, newest, sealed(1, 200));
    assertThat(choice.outcome()).isEqualTo(Outcome.CHOSEN);
    assertThat(choice.chosen()).contains(newest);
    assertThat(asked).containsExactly(newest.ref());
  }

  @Test
  void ofTheSameIterationTheLaterAttemptsIsNewer() {
    sealed(1, 300);
    assertThat(choose(sealed(1, 300), sealed(2, 300)).chosen().orElseThrow().ref().attempt())
        .isEqualTo(2);
  }

  @Test
  void passesOverWhatIsDamagedAndSaysWhy() {
    SealedCheckpoint good = sealed(1, 100);
    SealedCheckpoint torn = sealed(1, 200);
    SealedCheckpoint rewritten = sealed(1, 300);
    now.put(torn.ref(), TORN);
    now.put(rewritten.ref(), complete(300, "other"));
    Choice choice = choose(good, torn, rewritten);
    assertThat(choice.chosen()).contains(good);
    assertThat(choice.rejected())
        .containsExactly(
            new CheckpointChooser.Rejected(rewritten, "changed since it was sealed"),
            new CheckpointChooser.Rejected(torn, "incomplete: a shard is missing"));
    assertThat(choice.why())
        .isEqualTo(
            "iteration 100 of attempt 1 is the newest intact sealed checkpoint; passed over"
                + " iteration 300 of attempt 1 (changed since it was sealed) and 1 more");
  }

  @Test
  void whatCannotBeReadIsNotPassedOver() {
    SealedCheckpoint good = sealed(1, 100);
    SealedCheckpoint away = sealed(1, 200);
    SealedCheckpoint torn = sealed(1, 300);
    now.put(away.ref(), AWAY);
    now.put(torn.ref(), TORN);
    Choice choice = choose(good, away, torn);
    assertThat(choice.outcome()).isEqualTo(Outcome.CANNOT_TELL);
    assertThat(choice.chosen()).isEmpty();
    assertThat(choice.rejected()).extracting(r -> r.checkpoint().ref()).containsExactly(torn.ref());
    assertThat(choice.why()).contains("iteration 200 of attempt 1 cannot be read now (EIO)");
  }

  @Test
  void nothingSealedIsNotTheSameAsNothingIntact() {
    assertThat(choose().outcome()).isEqualTo(Outcome.NONE_SEALED);
    SealedCheckpoint torn = sealed(1, 300);
    now.put(torn.ref(), TORN);
    assertThat(choose(torn).outcome()).isEqualTo(Outcome.NONE_INTACT);
  }

  /** Every combination of four checkpoints' states, against the rule said in one line. */
  @Test
  void everyCombinationFollowsTheRule() {
    List<SealedCheckpoint> lineage = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      lineage.add(sealed(1, i));
    }
    for (int code = 0; code < 81; code++) {
      int rest = code;
      Optional<Long> first = Optional.empty();
      boolean unknown = false;
      for (int i = 4; i >= 1; i--, rest /= 3) {
        int state = rest % 3;
        CheckpointRef ref = new CheckpointRef(1, i);
        now.put(ref, state == 0 ? complete(i, "seed") : state == 1 ? TORN : AWAY);
        if (first.isEmpty() && state != 1) {
          first = Optional.of((long) i);
          unknown = state == 2;
        }
      }
      Choice choice = choose(lineage.toArray(SealedCheckpoint[]::new));
      Optional<Long> expected = unknown ? Optional.empty() : first;
      assertThat(choice.chosen().map(c -> c.ref().iteration())).isEqualTo(expected);
      Outcome outcome =
          first.isEmpty() ? Outcome.NONE_INTACT : unknown ? Outcome.CANNOT_TELL : Outcome.CHOSEN;
      assertThat(choice.outcome()).isEqualTo(outcome);
    }
  }

  @Test
  void wordsWhatIsOddAboutLatest() {
    List<String> present = List.of("global_step100", "global_step200");
    assertThat(new LatestFile.Missing().oddity(present, Optional.of(200L)).orElseThrow())
        .contains("missing", "from scratch");
    assertThat(new LatestFile.Missing().oddity(List.of(), Optional.empty())).isEmpty();
    assertThat(new LatestFile.Empty().oddity(present, Optional.of(200L)).orElseThrow())
        .contains("empty");
    assertThat(names("global_step300", present, 200).orElseThrow())
        .contains("names global_step300, which is not there");
    assertThat(names("global_step100", present, 200).orElseThrow()).contains("older");
    assertThat(names("global_step200", present, 100).orElseThrow()).contains("not sealed");
    assertThat(names("global_step200", present, 200)).isEmpty();
    assertThat(names("best", List.of("best"), 200).orElseThrow()).contains("no tag");
    assertThat(new LatestFile.Unreadable("EIO").oddity(present, Optional.empty()).orElseThrow())
        .contains("EIO");
  }

  private static Optional<String> names(String tag, List<String> present, long sealed) {
    return new LatestFile.Names(tag).oddity(present, Optional.of(sealed));
  }
}
