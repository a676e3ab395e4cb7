package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.LocalDate;
import java.util.List;
import org.bloomery.core.ledger.GpuSeconds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllocationTest {

  static Bound<Allocation> bind(String text) {
    return SpecBinder.bindAllocation(
        "six.yaml", text.getBytes(StandardCharsets.UTF_8), SpecTexts.CONTEXT);
  }

  private static String shipped() throws IOException {
    return Files.readString(SpecTexts.repositoryFile("job-specs/allocations/six-a100.yaml"));
  }

  @Test
  void theAllocationOfTheRepositoryIsGood() throws IOException {
    Bound<Allocation> bound = bind(shipped());
    assertThat(bound.problemList()).isEmpty();
    assertThat(((Bound.Value<Allocation>) bound).value())
        .isEqualTo(
            new Allocation(
                "six-a100",
                "six",
                "jean-zay-a100",
                "a100",
                LocalDate.of(2022, 2, 1),
                LocalDate.of(2022, 9, 15),
                GpuSeconds.ofHours(1_500_000),
                List.of(0.8, 0.95),
                0.25,
                0,
                List.of()));
  }

  @Test
  void teamsAndUsersInThemHaveShares() throws IOException {
    String text =
        shipped()
            .replace(
                "overdraft: 0.25",
                "shares: [{team: modeling, share: 0.6, users: [{user: ada, share: 0.5}]}]");
    AllocationShare ada = new AllocationShare(AllocationShare.Kind.USER, "ada", 0.5, List.of());
    assertThat(((Bound.Value<Allocation>) bind(text)).value().shares())
        .containsExactly(
            new AllocationShare(AllocationShare.Kind.TEAM, "modeling", 0.6, List.of(ada)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2022-09-15 | 2022-01-31 | ALLOCATION | spec.period.to",
        "2022-09-15 | 2022-02-01 | - | -",
        "2022-09-15 | 2022-09-31 | NOT_A_DAY | spec.period.to",
        "2022-09-15 | 15.9.2022 | NOT_A_DAY | spec.period.to",
        "[0.8, 0.95] | [0.95, 0.8] | ALLOCATION | spec.warnAt[1]",
        "overdraft: 0.25 | overdraft: -1 | OUT_OF_RANGE | spec.overdraft",
        "overdraft: 0.25 | carryOver: 1.5 | OUT_OF_RANGE | spec.carryOver",
        "overdraft: 0.25 | shares: [{team: a, share: 2}] | OUT_OF_RANGE | spec.shares[0].share",
        "kind: Allocation | kind: ClusterProfile | WRONG_DOCUMENT | kind",
      })
  void eachRuleIsJudgedAtItsField(String good, String bad, String code, String path)
      throws IOException {
    assertThat(shipped()).contains(good);
    List<SpecProblem> found = bind(shipped().replace(good, bad)).problemList();
    if (code.equals("-")) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found)
          .extracting(p -> p.code() + " " + p.path())
          .containsExactly(code + " " + path);
    }
  }
}
