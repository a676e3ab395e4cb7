package org.bloomery.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.RunId;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.SampleClusters;
import org.bloomery.core.spec.SpecBinder;
import org.bloomery.core.spec.SpecCode;
import org.bloomery.core.spec.SpecProblem;
import org.bloomery.core.spec.SpecTexts;
import org.junit.jupiter.api.Test;

/**
 * Goal: a save does not fail for want of space, months after the start. Method: BLOOM-176B's
 * checkpoints of 2.5 TB, sized by the planner, in the spaces of Jean Zay.
 */
class StorageRulesTest {
  private static final BindContext CONTEXT = new BindContext("/home/ada/.bloomery", "/specs");
  private static final List<SpecCode> OURS =
      List.of(SpecCode.STORAGE, SpecCode.PURGED, SpecCode.SHARED_DIRECTORY);

  private static List<SpecProblem> problems(
      String directory, String keep, KnownSite.Sizing sizing, List<KnownSite.LiveRun> others) {
    String text =
        SpecTexts.resource("bloom-176b.yaml")
            .replace("cluster: a100", "cluster: jean-zay-a100")
            .replace("directory: /scratch/checkpoints", "directory: " + directory)
            .replace("keep: {last: 15, every: 1000}", "keep: " + keep);
    KnownSite site =
        new KnownSite(List.of(SampleClusters.shipped().get("jean-zay-a100")), others, sizing);
    return SpecBinder.bindRun("176b.yaml", text, CONTEXT, site).problemList().stream()
        .filter(problem -> OURS.contains(problem.code()))
        .toList();
  }

  private static List<SpecCode> codes(String directory, String keep) {
    return problems(directory, keep, CheckpointSizing::of, List.of()).stream()
        .map(SpecProblem::code)
        .toList();
  }

  @Test
  void whatIsKeptByTheEndMustFitTheQuota() {
    assertThat(codes("/gpfsstore/six", "{last: 38}")).isEmpty();
    assertThat(codes("/gpfsstore/six", "{last: 39}")).containsExactly(SpecCode.STORAGE);
    // The quota is 175 of them. By the end, 113 are kept for good besides, then 227.
    assertThat(codes("/gpfsscratch/six", "{last: 15, every: 1000}"))
        .containsExactly(SpecCode.PURGED);
    assertThat(codes("/gpfsscratch/six", "{last: 15, every: 500}"))
        .containsExactlyInAnyOrder(SpecCode.STORAGE, SpecCode.PURGED);
    // It saves every 100 iterations: of the multiples of 750, only each second one.
    assertThat(codes("/gpfsscratch/six", "{last: 15, every: 750}"))
        .containsExactly(SpecCode.PURGED);
    assertThat(codes("/elsewhere", "{last: 100_000, every: 1}")).isEmpty();
  }

  @Test
  void itIsSaidInBytesWhatIsNeededAndWhatThereIs() {
    assertThat(problems("/gpfsstore/six", "{last: 100}", CheckpointSizing::of, List.of()))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.path()).isEqualTo("spec.checkpoint.keep");
              assertThat(problem.message())
                  .startsWith("101 checkpoints need 253,")
                  .endsWith("but the quota of STORE is 100,000,000,000,000");
            });
  }

  @Test
  void filesCountAsWellAsBytes() {
    KnownSite.Sizing fits = (run, cluster) -> Optional.of(new KnownSite.Kept(16, 16_000, 100_000));
    KnownSite.Sizing oneTooMany =
        (run, cluster) -> Optional.of(new KnownSite.Kept(17, 17_000, 100_001));
    assertThat(problems("/gpfsstore/six", "{last: 15}", fits, List.of())).isEmpty();
    assertThat(problems("/gpfsstore/six", "{last: 16}", oneTooMany, List.of()))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .isEqualTo(
                        "17 checkpoints need 100,001 files and directories, but the quota of STORE"
                            + " is 100,000"));
  }

  @Test
  void twoRunsDoNotSaveWithinEachOther() {
    KnownSite.LiveRun itself = new KnownSite.LiveRun(new RunId("tr11-176b-ml"), "/gpfsstore/six");
    KnownSite.LiveRun beside = new KnownSite.LiveRun(new RunId("tr11"), "/gpfsstore/six");
    KnownSite.LiveRun within =
        new KnownSite.LiveRun(new RunId("small"), "/gpfsstore/six/tr11-176b-ml/attempts");
    KnownSite.LiveRun around = new KnownSite.LiveRun(new RunId("six"), "/gpfsstore");
    assertThat(others(itself, beside)).isEmpty();
    assertThat(others(beside, within))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message())
                    .isEqualTo(
                        "the checkpoints would lie in /gpfsstore/six/tr11-176b-ml, but those of the"
                            + " live run small lie in"
                            + " /gpfsstore/six/tr11-176b-ml/attempts/small"));
    assertThat(others(around)).hasSize(1);
  }

  private static List<SpecProblem> others(KnownSite.LiveRun... others) {
    return problems("/gpfsstore/six", "{last: 5}", CheckpointSizing::of, List.of(others));
  }
}
