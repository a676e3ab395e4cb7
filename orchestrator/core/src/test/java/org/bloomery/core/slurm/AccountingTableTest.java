package org.bloomery.core.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bloomery.core.ledger.BillingRule;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.slurm.AccountingLine.Note;
import org.bloomery.core.slurm.AccountingLine.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: every line of sacct, odd ones included, has a defined outcome. The odd ones are those of
 * Jean Zay's published records and of a real SLURM 22.05.
 */
class AccountingTableTest {
  private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

  /** The columns that BigScience's records were asked for with, without a title line. */
  private static final AccountingColumns PUBLISHED =
      AccountingColumns.listed(
          "jobid,elapsed,nodelist,alloctres,partition,qos,start,end,group,jobname,workdir,account");

  private static final AccountingColumns EPOCH =
      AccountingColumns.titled(
          "JobIDRaw|JobID|State|Submit|Start|End|ElapsedRaw|AllocTRES|NodeList|Account|User"
              + "|Partition|WorkDir|JobName");

  private static final String EIGHT = "billing=2,cpu=2,gres/gpu:a100=8,gres/gpu=8,mem=7500M,node=1";

  /** Charges whole nodes on several, eight devices for all cores, and knows one partition. */
  private static final AccountingSite.Terms JEAN_ZAY =
      new AccountingSite.Terms() {
        @Override
        public OptionalLong chargedDevices(String partition, BillingRule.Given given) {
          BillingRule.NodeKind node = new BillingRule.NodeKind(8, OptionalInt.of(8), 2);
          return partition.equals("gpu_p5")
              ? OptionalLong.of(new BillingRule(true, true).chargedDevices(given, node))
              : OptionalLong.empty();
        }

        @Override
        public Optional<String> accountSuffix(String partition) {
          return Optional.of("@a100");
        }
      };

  private static AccountingTable table(AccountingColumns columns, ZoneId zone) {
    return new AccountingTable(columns, new AccountingSite("jean-zay-a100", zone, JEAN_ZAY));
  }

  private static AccountingLine.Used used(AccountingColumns columns, ZoneId zone, String line) {
    assertThat(columns.problem()).isEmpty();
    AccountingLine read = table(columns, zone).read(line);
    assertThat(read).isInstanceOf(AccountingLine.Used.class);
    return (AccountingLine.Used) read;
  }

  private static String published(
      String id, String elapsed, String tres, String start, String end) {
    return String.join(
        "|",
        id,
        elapsed,
        "jean-zay-iam[01-48]",
        tres,
        "gpu_p5",
        "qos_gpu-gc",
        start,
        end,
        "six",
        "tr11-176B-ml",
        "/gpfsdswork/projects/rech/six",
        "six@a100");
  }

  private static String epoch(String state, String start, String end, String elapsed) {
    return "77|77|"
        + state
        + "|1795514800|"
        + start
        + "|"
        + end
        + "|"
        + elapsed
        + "|"
        + EIGHT
        + "|node01|six@a100|ada|gpu_p5|/runs/a/attempts/0001|a-3fa9c1";
  }

  /** The published sum took end minus start, which is an hour too much for 384 devices. */
  @Test
  void theNightOfSummerTimeIsAnHourShorter() {
    String tres = "billing=6144,cpu=6144,gres/gpu=384,mem=22500G,node=48";
    String start = "2022-03-25T11:09:19";
    String end = "2022-03-28T11:14:56";
    LedgerEntry entry =
        used(PUBLISHED, PARIS, published("726762", "2-23:05:37", tres, start, end)).entry();

    assertThat(entry.end() - entry.start()).isEqualTo(255_937);
    assertThat(entry.allocatedGpuSeconds()).isEqualTo(384L * 255_937);
    assertThat(entry.chargedGpuSeconds()).isEqualTo(384L * 255_937);
    assertThat(entry.account()).isEqualTo("six");
    assertThat(Instant.ofEpochSecond(entry.start())).isEqualTo("2022-03-25T10:09:19Z");
  }

  @Test
  void inAWrongZoneTheElapsedTimeStillCountsAndTheLineIsNoted() {
    String line =
        published("726762", "2-23:05:37", EIGHT, "2022-03-25T11:09:19", "2022-03-28T11:14:56");
    AccountingLine.Used read = used(PUBLISHED, ZoneOffset.UTC, line);

    assertThat(read.entry().allocatedGpuSeconds()).isEqualTo(8L * 255_937);
    assertThat(read.notes()).containsExactly(Note.ELAPSED_DIFFERS, Note.NO_SUBMIT_TIME);
  }

  @ParameterizedTest
  @CsvSource({
    // Both ends can lie in the hour that happens twice; the elapsed time tells in which.
    "2021-10-31T01:30:00, 2021-10-31T02:30:00, 01:00:00, 2021-10-31T00:30:00Z",
    "2021-10-31T01:30:00, 2021-10-31T02:30:00, 02:00:00, 2021-10-31T01:30:00Z",
    "2021-10-31T02:10:00, 2021-10-31T02:20:00, 01:10:00, 2021-10-31T01:20:00Z",
    "2021-10-31T02:50:00, 2021-10-31T02:10:00, 00:20:00, 2021-10-31T01:10:00Z",
  })
  void theHourThatHappensTwiceIsToldByTheElapsedTime(
      String start, String end, String elapsed, Instant ended) {
    AccountingLine.Used read = used(PUBLISHED, PARIS, published("5", elapsed, EIGHT, start, end));

    assertThat(Instant.ofEpochSecond(read.entry().end())).isEqualTo(ended);
    assertThat(read.notes()).containsExactly(Note.NO_SUBMIT_TIME);
  }

  @Test
  void withoutElapsedTimesTheZoneTells() {
    AccountingColumns columns = AccountingColumns.listed("jobid,alloctres,start,end");
    String line = "1|" + EIGHT + "|2022-03-25T11:09:19|2022-03-28T11:14:56";

    assertThat(used(columns, PARIS, line).entry().allocatedGpuSeconds()).isEqualTo(8L * 255_937);
  }

  @Test
  void columnsComeInAnyOrderAndSecondsSince1970NeedNoZone() {
    LedgerEntry entry =
        used(EPOCH, PARIS, epoch("COMPLETED", "1795514886", "1795514960", "74")).entry();

    assertThat(entry.job().submitEpoch()).isEqualTo(1_795_514_800);
    assertThat(entry.start()).isEqualTo(1_795_514_886);
    assertThat(entry.allocatedGpuSeconds()).isEqualTo(592);
    assertThat(entry.state()).isEqualTo("COMPLETED");
    assertThat(List.of(entry.user(), entry.jobName(), entry.nodes()))
        .containsExactly("ada", "a-3fa9c1", "node01");
    assertThat(table(EPOCH, PARIS).hasLocalTimes(epoch("COMPLETED", "1", "2", "1"))).isFalse();
    assertThat(
            table(PUBLISHED, PARIS)
                .hasLocalTimes(published("1", "0", "", "Unknown", "2022-03-28T11:14:56")))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "RUNNING, 1795514886, Unknown, 10, NOT_OVER",
    "PENDING, Unknown, Unknown, 0, NOT_OVER",
    "SUSPENDED, 1795514886, Unknown, 10, NOT_OVER",
    // Held while it was running: an end is shown, but it lives.
    "RUNNING, 1795514886, 1795514899, 13, NOT_OVER",
    "COMPLETED, 1795514886, Unknown, 10, NOT_OVER",
    "CANCELLED by 1000, None, 1795514897, 0, NEVER_STARTED",
    "CANCELLED, Unknown, 1795514897, 0, NEVER_STARTED",
    "FAILED, N/A, 1795514897, 12, NO_TIMES",
    "FAILED, 1795514886, N/A, 12, NO_TIMES",
    "FAILED, 1795514886, 1795514897, INVALID, NO_TIMES",
    "FAILED, 1795514886, 1795514897, -223:05:37, NEGATIVE_TIME",
    "FAILED, 1795514897, 1795514886, 11, NEGATIVE_TIME",
    "HIBERNATING, 1795514886, 1795514897, 11, UNKNOWN_STATE",
  })
  void whatStandsForNoUseIsNotPosted(
      String state, String start, String end, String elapsed, Reason reason) {
    assertThat(table(EPOCH, PARIS).read(epoch(state, start, end, elapsed)))
        .isEqualTo(new AccountingLine.Skipped(reason));
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETED, 74, 74",
    // It was suspended for 64 of the 74 seconds.
    "COMPLETED, 10, 10",
    "COMPLETED, 0, 0",
    "NODE_FAIL, 74, 74",
    "REQUEUED, 74, 74",
    "RESIZING, 74, 74",
    "TIMEOUT, 00:01:14, 74",
    "OUT_OF_MEMORY, 01:14, 74",
  })
  void whatIsOverIsPostedForItsElapsedTime(String state, String elapsed, long seconds) {
    LedgerEntry entry =
        used(EPOCH, PARIS, epoch(state, "1795514886", "1795514960", elapsed)).entry();

    assertThat(entry.allocatedGpuSeconds()).isEqualTo(8 * seconds);
    assertThat(entry.state()).isEqualTo(state);
  }

  /** What SLURM 22.05 has shown of young jobs: also finished, with true times, on one node. */
  @ParameterizedTest
  @CsvSource({
    "PENDING, Unknown, ''",
    "COMPLETED, 1795514873, 'billing=4,cpu=4,gres/gpu=16,node=2'",
  })
  void aStubIsNeverPosted(String state, String end, String tres) {
    String line =
        "1|1|"
            + state
            + "|1795514873|1795514873|"
            + end
            + "|0|"
            + tres
            + "|node01|six@a100|ada|||allocation";

    assertThat(table(EPOCH, PARIS).read(line)).isEqualTo(new AccountingLine.Skipped(Reason.STUB));
  }

  @ParameterizedTest
  @CsvSource({
    "989044_[1-2%1], PENDING_ARRAY",
    "989044.batch, STEP",
    "989044_3.0, STEP",
    "'', BROKEN",
    "none, BROKEN",
  })
  void whatIsNoJobIsNotPosted(String id, Reason reason) {
    String line = published(id, "00:00:10", EIGHT, "2022-03-01T00:00:00", "2022-03-01T00:00:10");
    assertThat(table(PUBLISHED, PARIS).read(line)).isEqualTo(new AccountingLine.Skipped(reason));
  }

  @ParameterizedTest
  @CsvSource({"''", "a", "1|2|3", "'1|00:10|n|gres/gpu=1|p|q|s|e|g|name|dir|six|more|and|more'"})
  void aLineWithoutItsColumnsIsBroken(String line) {
    AccountingColumns columns = AccountingColumns.listed("jobid,elapsed,alloctres,start,end");
    assertThat(table(columns, PARIS).read(line))
        .isEqualTo(new AccountingLine.Skipped(Reason.BROKEN));
  }

  @Test
  void tasksOfAnArrayAreJobsOfTheirOwn() {
    AccountingTable table = table(PUBLISHED, PARIS);
    String start = "2022-03-01T00:00:00";
    String end = "2022-03-01T00:00:10";
    assertThat(
            List.of("989044_1", "989044_2").stream()
                .map(id -> table.read(published(id, "00:00:10", EIGHT, start, end)))
                .map(line -> ((AccountingLine.Used) line).entry().job().jobId()))
        .containsExactly("989044_1", "989044_2");
  }

  @Test
  void aSeparatorInAJobsNameTearsNothingApart() {
    String line =
        "1|00:00:10|n1|gres/gpu=1,node=1|gpu_p5|q|2022-03-01T00:00:00|2022-03-01T00:00:10|six"
            + "|a|b|c|/work dir|six@a100";
    LedgerEntry entry = used(PUBLISHED, PARIS, line).entry();

    assertThat(entry.jobName()).isEqualTo("a|b|c");
    assertThat(entry.account()).isEqualTo("six");
    assertThat(used(PUBLISHED, PARIS, line.replace("a|b|c", "a") + "|").entry().account())
        .as("sacct -p ends each line with a separator")
        .isEqualTo("six");
  }

  @ParameterizedTest
  @CsvSource({
    // One device with all cores of its node is the whole node.
    "gpu_p5, 'cpu=128,gres/gpu=1,mem=480000M,node=1', 10, 80",
    "gpu_p5, 'cpu=16,gres/gpu=1,mem=8437.50G,node=1', 10, 10",
    "gpu_p5, 'cpu=32,gres/gpu=2,mem=2.50T,node=2', 20, 160",
    "gpu_p9, 'cpu=128,gres/gpu=1,node=1', 10, 10",
    "cpu_p1, 'cpu=40,mem=5T,node=1', 0, 0",
    "gpu_p5, '', 0, 0",
  })
  void theSitesRuleTellsWhatIsCharged(String partition, String tres, long allocated, long charged) {
    String line =
        "9|" + tres + "|" + partition + "|2022-03-01T00:00:00|2022-03-01T00:00:10|00:00:10";
    AccountingColumns columns =
        AccountingColumns.listed("jobid,alloctres,partition,start,end,elapsed");
    AccountingLine.Used read = used(columns, PARIS, line);

    assertThat(read.entry().allocatedGpuSeconds()).isEqualTo(allocated);
    assertThat(read.entry().chargedGpuSeconds()).isEqualTo(charged);
    assertThat(read.notes().contains(Note.UNKNOWN_PARTITION)).isEqualTo(partition.equals("gpu_p9"));
  }

  @ParameterizedTest
  @CsvSource({
    "'jobid,start,end', AllocTRES",
    "'alloctres,start,end', JobID",
    "'jobid,alloctres,end', start",
    "'jobid,alloctres,start', end",
  })
  void whatATableLacksIsSaid(String columns, String missing) {
    assertThat(AccountingColumns.listed(columns).problem()).isPresent();
    assertThat(AccountingColumns.listed(columns).problem().orElseThrow()).contains(missing);
  }
}
