package org.bloomery.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: each job is in the ledger once, whoever told of it, how often, and in whatever order. */
class LedgerTest {
  private static final List<Posting.Source> SOURCES = List.of(Posting.Source.values());

  /** What an accounting export tells of job 7. */
  private static LedgerEntry accounted(long submit, long start, long seconds) {
    return new LedgerEntry(
        new JobKey("jean-zay", "7", submit),
        "six",
        "ada",
        "",
        Optional.empty(),
        0,
        "tr11-c0ffee",
        "gpu_p5",
        "iam[01-48]",
        start,
        start + seconds,
        384 * seconds,
        384 * seconds,
        "TIMEOUT",
        Posting.Source.ACCOUNTING,
        true);
  }

  /** What the run itself had to believe while the accounting was silent. */
  private static LedgerEntry believed() {
    LedgerEntry true1 = accounted(100, 1000, 50);
    return new LedgerEntry(
        true1.job(),
        "six",
        "ada",
        "bigscience",
        Optional.of(new RunId("tr11")),
        3,
        "",
        "gpu_p5",
        "",
        1002,
        1040,
        384 * 38,
        384 * 38,
        "",
        Posting.Source.EXIT_RECORD,
        false);
  }

  @Test
  void theAccountingCorrectsWhatARunHadToBelieve() {
    Ledger ledger = new Ledger();
    ledger.add(List.of(believed()));

    List<LedgerEntry> changed = ledger.add(List.of(accounted(100, 1000, 50)));

    assertThat(ledger.entries()).containsExactlyElementsOf(changed).hasSize(1);
    LedgerEntry entry = changed.get(0);
    assertThat(entry.allocatedGpuSeconds()).isEqualTo(384 * 50);
    assertThat(entry.audited()).isTrue();
    assertThat(entry.run()).hasValue(new RunId("tr11"));
    assertThat(entry.attempt()).isEqualTo(3);
    assertThat(entry.team()).isEqualTo("bigscience");
    assertThat(entry.state()).isEqualTo("TIMEOUT");
  }

  @Test
  void aRequeuedJobIsTwoJobs() {
    Ledger ledger = new Ledger();
    ledger.add(List.of(accounted(100, 1000, 50), accounted(200, 2000, 70)));
    assertThat(ledger.size()).isEqualTo(2);
  }

  @Test
  void aSourceWithoutSubmitTimesIsMatchedByTheStart() {
    LedgerEntry nameless = accounted(-1000, 1000, 50);
    for (boolean first : List.of(true, false)) {
      Ledger ledger = new Ledger();
      ledger.add(List.of(first ? nameless : accounted(100, 1000, 50)));
      ledger.add(List.of(first ? accounted(100, 1000, 50) : nameless));
      assertThat(ledger.entries()).containsExactly(accounted(100, 1000, 50));
      assertThat(ledger.add(List.of(nameless))).isEmpty();
    }
  }

  /** Method: random sources of a few jobs, in a random order and partly twice. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void orderAndRepetitionDoNotMatter(long seed) {
    Random random = new Random(seed);
    List<LedgerEntry> told = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      told.add(anything(random));
    }
    Ledger expected = new Ledger();
    expected.add(told);
    List<LedgerEntry> again = new ArrayList<>(told);
    again.addAll(told.subList(0, 50));
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(again, random);
      Ledger ledger = new Ledger();
      again.forEach(entry -> ledger.add(List.of(entry)));
      assertThat(sorted(ledger)).isEqualTo(sorted(expected));
      assertThat(ledger.add(again)).as("the same once more changes nothing").isEmpty();
    }
  }

  private static Map<String, LedgerEntry> sorted(Ledger ledger) {
    Map<String, LedgerEntry> entries = new TreeMap<>();
    ledger.entries().forEach(entry -> entries.put(entry.job().toString(), entry));
    return entries;
  }

  /** One of ten incarnations, told by anybody; the accounting is always right about its start. */
  private static LedgerEntry anything(Random random) {
    int job = 1 + random.nextInt(10);
    Posting.Source source = SOURCES.get(random.nextInt(SOURCES.size()));
    boolean accounting = source == Posting.Source.ACCOUNTING;
    long start = 1000L * job + (accounting ? 0 : random.nextInt(5));
    boolean known = !accounting || random.nextBoolean();
    long seconds = random.nextInt(3);
    return new LedgerEntry(
        new JobKey("c", "" + job % 3, known ? 100L * job : -start),
        random.nextBoolean() ? "six" : "seven",
        random.nextBoolean() ? "ada" : "",
        random.nextBoolean() ? "team" : "",
        random.nextBoolean() ? Optional.of(new RunId("run" + random.nextInt(2))) : Optional.empty(),
        random.nextInt(3),
        random.nextBoolean() ? "name" : "",
        random.nextBoolean() ? "p" : "",
        random.nextBoolean() ? "n" : "",
        start,
        start + seconds,
        seconds * random.nextInt(4),
        seconds * random.nextInt(4),
        random.nextBoolean() ? "FAILED" : "",
        source,
        random.nextBoolean());
  }
}
