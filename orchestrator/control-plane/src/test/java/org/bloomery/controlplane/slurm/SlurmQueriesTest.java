package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.slurm.Tres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the queries' output is taken for: all its rows, or nothing at all. */
class SlurmQueriesTest {
  private static final String TITLE =
      "bloomery|JOBID|ARRAY_JOB_ID|ARRAY_TASK_ID|USER|STATE|SUBMIT_TIME|START_TIME|END_TIME"
          + "|TIME_LIMIT|NODES|NODELIST|WORK_DIR|NAME|REASON|end\n";

  /** Printed by SLURM 22.05 for these arguments; the path was shortened. */
  private static final String RUNNING =
      "bloomery|1|1|N/A|ada|RUNNING|1795508595|1795508596|1795508895|5:00|2|node[01-02]"
          + "|/runs/x/attempts/0001|x-0a1b2c|None|end\n";

  private static final String WAITING_TASKS =
      "bloomery|4_[2-5%1]|4|2-5%1|ada|PENDING|1795508595|N/A|N/A|5:00|2||/home/ada|arr"
          + "|JobArrayTaskLimit|end\n";

  private static final String ACCOUNTING_TITLE =
      "JobIDRaw|JobID|State|Submit|Start|End|ElapsedRaw|AllocTRES|NodeList|ExitCode"
          + "|DerivedExitCode|Account|User|Partition|QOS|Flags|WorkDir|JobName\n";

  private static final String FINAL_ROW =
      "1|1|FAILED|1795508595|1795508596|1795508616|20"
          + "|billing=2,cpu=2,gres/gpu:a100=16,gres/gpu=16,mem=2000M,node=2|node[01-02]|7:0|0:0"
          + "|bloom|ada|train|normal|SchedBackfill,StartRecieved|/runs/x/attempts/0001|x-0a1b2c\n";

  private static Answer.Ended said(String output) {
    return new Answer.Ended(0, output, "");
  }

  private static <R> List<R> rows(Report<List<R>> report) {
    return report.match(rows -> rows, why -> fail("not clear: " + why));
  }

  private static <T> String why(Report<T> report) {
    return report.match(clear -> fail("clear: " + clear), why -> why);
  }

  @Test
  void aRowOfTheQueueIsReadFieldByField() {
    assertThat(rows(Squeue.read(said(TITLE + RUNNING + WAITING_TASKS))))
        .hasSize(2)
        .first()
        .isEqualTo(
            new QueueRow(
                "1",
                "ada",
                "RUNNING",
                OptionalLong.of(1_795_508_595),
                OptionalLong.of(1_795_508_596),
                OptionalLong.of(1_795_508_895),
                Optional.of(Duration.ofMinutes(5)),
                List.of("node01", "node02"),
                "/runs/x/attempts/0001",
                "x-0a1b2c",
                "None"));
  }

  @Test
  void theTitleAloneMeansThatThereIsNoJob() {
    assertThat(rows(Squeue.read(said(TITLE)))).isEmpty();
    assertThat(rows(Sacct.read(said(ACCOUNTING_TITLE)))).isEmpty();
  }

  /** A user may name a job as he likes, and its row is between ours. */
  @Test
  void oddNamesOfOtherJobsDisturbNobody() {
    String odd = RUNNING.replace("x-0a1b2c", "we|ird\nname|end");
    String sentence =
        RUNNING.replace(
            "|None|",
            "|Nodes required for job are DOWN, DRAINED or reserved | for higher priorities|");

    List<QueueRow> rows = rows(Squeue.read(said(TITLE + odd + sentence + RUNNING)));

    assertThat(rows).hasSize(3);
    assertThat(rows.get(1).reason()).endsWith("reserved | for higher priorities");
    assertThat(rows.get(2).name()).isEqualTo("x-0a1b2c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "*** Maintenance on Tuesday ***\n" + TITLE + RUNNING,
        TITLE + "*** Maintenance on Tuesday ***\n" + RUNNING,
        RUNNING,
        TITLE + "bloomery|1|1|N/A|ada|RUNNING|17955",
        TITLE + "bloomery|1|1|N/A|ada|RUNNING|end\n",
        TITLE + RUNNING + "slurm_load_jobs error: Socket timed out on send/recv operation\n",
        "             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)\n",
        "{\"jobs\": []}\n",
      })
  void aStrangeOrCutQueueIsNoAnswer(String output) {
    assertThat(why(Squeue.read(said(output)))).contains("squeue");
  }

  @Test
  void anErrorIsNoAnswerWhateverTheExitCode() {
    String socket = "slurm_load_jobs error: Socket timed out on send/recv operation\n";

    assertThat(why(Squeue.read(new Answer.Ended(1, "", socket)))).contains("Socket timed out");
    assertThat(why(Squeue.read(new Answer.Ended(0, TITLE, socket)))).contains("Socket timed out");
    assertThat(why(Squeue.read(new Answer.Lost("no end in 60 s", TITLE + RUNNING))))
        .isEqualTo("no end in 60 s");
    assertThat(why(Squeue.read(new Answer.NeverRan("squeue: not there")))).contains("not there");
    assertThat(why(Sacct.read(new Answer.Ended(1, "", ""))))
        .isEqualTo("sacct: exit code 1 without a word");
  }

  @Test
  void aRowOfTheAccountingIsReadFieldByField() {
    AccountingRow row = rows(Sacct.read(said(ACCOUNTING_TITLE + FINAL_ROW))).get(0);

    assertThat(row.jobId()).isEqualTo("1");
    assertThat(row.submit()).hasValue(1_795_508_595);
    assertThat(row.elapsedSeconds()).hasValue(20);
    assertThat(row.given()).isEqualTo(new Tres(2, 2, OptionalLong.of(16)));
    assertThat(row.workDirectory()).isEqualTo("/runs/x/attempts/0001");
    assertThat(row.words()).isEqualTo("FAILED (exit code 7:0)");
    assertThat(row.isFinal()).isTrue();
  }

  /** Stubs, and rows that are not closed, are never billed. */
  @Test
  void aRowWithoutAnEndOrATimeIsNotFinal() {
    String open = FINAL_ROW.replace("|1795508616|20|", "|Unknown|20|");
    String negative = FINAL_ROW.replace("|1795508616|20|", "|1795508616|-3|");
    String running = FINAL_ROW.replace("|FAILED|", "|RUNNING|");
    String strange = FINAL_ROW.replace("|FAILED|", "|HIBERNATING|");

    assertThat(rows(Sacct.read(said(ACCOUNTING_TITLE + open + negative + running + strange))))
        .hasSize(4)
        .noneMatch(AccountingRow::isFinal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        FINAL_ROW,
        "banner\n" + ACCOUNTING_TITLE + FINAL_ROW,
        ACCOUNTING_TITLE + "1|1|FAILED|1795508595|\n",
        ACCOUNTING_TITLE + FINAL_ROW + "sacct: error: Connection refused\n",
        ACCOUNTING_TITLE + "1|1|FAILED|1795508595|17955085",
        "JobIDRaw|JobID|JobName\n",
      })
  void aStrangeOrCutAccountingIsNoAnswer(String output) {
    assertThat(why(Sacct.read(said(output)))).contains("sacct");
  }

  @Test
  void theControllerDescribesOneJob() {
    String described =
        "JobId=3 JobName=x-0a1b2c UserId=ada(1001) GroupId=ada(1001) JobState=PENDING"
            + " Reason=Dependency Restarts=1 TimeLimit=00:20:00 SubmitTime=1795508595"
            + " StartTime=Unknown EndTime=Unknown NodeList=(null)"
            + " WorkDir=/runs/x/attempts/0001 Comment=a JobState=RUNNING in it \n\n";

    QueueRow row = rows(ScontrolJob.read(said(described))).get(0);

    assertThat(row.user()).isEqualTo("ada");
    assertThat(row.state()).isEqualTo("PENDING");
    assertThat(row.submit()).hasValue(1_795_508_595);
    assertThat(row.workDirectory()).isEqualTo("/runs/x/attempts/0001");
    assertThat(row.nodes()).isEmpty();
  }

  @Test
  void theControllerKnowsNoJobOfAnId() {
    String invalid = "slurm_load_jobs error: Invalid job id specified\n";

    assertThat(rows(ScontrolJob.read(new Answer.Ended(1, "", invalid)))).isEmpty();
    assertThat(why(ScontrolJob.read(new Answer.Ended(1, "", "Unable to contact slurm controller"))))
        .contains("Unable to contact");
    assertThat(why(ScontrolJob.read(said("")))).contains("nothing");
    assertThat(why(ScontrolJob.read(said("Welcome\n")))).contains("Welcome");
  }
}
