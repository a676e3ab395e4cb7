package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.port.ResourceManager.Submission;
import org.bloomery.core.slurm.SlurmState;
import org.bloomery.core.slurm.Tres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real SLURM said in the recorded situations is understood as what it was. */
class RecordedSlurmTest {
  /** A line of the table in the recordings' README: name, situation, command, exit code. */
  private static final Pattern LINE =
      Pattern.compile("(?m)^\\| `([a-z-]+)` \\|[^|]*\\| `.*` \\| ([0-9]+) \\|$");

  private static final Map<String, Integer> EXIT_CODES = exitCodes();

  private static Map<String, Integer> exitCodes() {
    Map<String, Integer> codes = new TreeMap<>();
    Matcher lines = LINE.matcher(text("README.md").orElseThrow());
    while (lines.find()) {
      codes.put(lines.group(1), Integer.parseInt(lines.group(2)));
    }
    return codes;
  }

  private static Optional<String> text(String file) {
    try (InputStream in = RecordedSlurmTest.class.getResourceAsStream("/slurm/" + file)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer.Ended recorded(String name) {
    assertThat(EXIT_CODES).as("recordings").containsKey(name);
    return new Answer.Ended(
        EXIT_CODES.get(name), text(name + ".out").orElse(""), text(name + ".err").orElse(""));
  }

  private static <T> T clear(Report<T> report) {
    return report.match(value -> value, why -> fail("not clear: " + why));
  }

  private static <T> String unclear(Report<T> report) {
    return report.match(value -> fail("clear: " + value), why -> why);
  }

  private static QueueRow row(List<QueueRow> rows, String id) {
    return rows.stream().filter(row -> row.jobId().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void aQueueWithJobsInAllStatesAndWithHostileNamesIsRead() {
    List<QueueRow> rows = clear(Squeue.read(recorded("squeue-many")));

    assertThat(rows).hasSize(17);
    assertThat(rows).allMatch(row -> row.submit().isPresent() && row.known().isPresent());
    assertThat(row(rows, "9").nodes()).containsExactly("node01", "node02");
    assertThat(row(rows, "9").workDirectory()).isEqualTo("/scratch/runs/running/attempts/0003");
    assertThat(row(rows, "9").limit()).hasValue(Duration.ofMinutes(10));
    assertThat(row(rows, "10").reason()).isEqualTo("Dependency");
    assertThat(row(rows, "11").isHeldByUser()).isTrue();
    assertThat(row(rows, "13").reason()).isEqualTo("DependencyNeverSatisfied");
    assertThat(row(rows, "5").known().orElseThrow().inQueue()).isEqualTo(JobState.ENDED);
    // A line break in one name, a separator in the other; and an array that waits.
    assertThat(row(rows, "16").name()).isEqualTo("two\nlines");
    assertThat(row(rows, "15").jobId()).isEqualTo("15");
    assertThat(row(rows, "14_[1-4%1]").name()).isEqualTo("array");
  }

  @Test
  void anEmptyQueueAndAnEmptyAccountingAreAnswers() {
    assertThat(clear(Squeue.read(recorded("squeue-after-time-out")))).isNotEmpty();
    assertThat(clear(Sacct.read(recorded("sacct-empty")))).isNotNull();
  }

  @Test
  void aLostNodeEndsTheJobOrRequeuesIt() {
    List<QueueRow> rows = clear(Squeue.read(recorded("squeue-node-failure")));

    assertThat(row(rows, "20").known()).hasValue(SlurmState.NODE_FAIL);
    assertThat(row(rows, "19").known()).hasValue(SlurmState.PENDING);
  }

  /** The stubs have an end and figures, and are told by their names alone. */
  @Test
  void theAccountingsStubsAreNobodysJobs() {
    List<AccountingRow> rows = clear(Sacct.read(recorded("sacct-young")));

    assertThat(rows).filteredOn(row -> row.name().equals("allocation")).hasSize(6);
    assertThat(rows)
        .filteredOn(row -> !row.name().equals("allocation"))
        .hasSize(3)
        .allMatch(AccountingRow::isFinal)
        .allMatch(row -> row.nodes().size() == 2);
  }

  /** A requeued job has a row for each time that it ran, told apart by their submit times. */
  @Test
  void everyIncarnationOfAJobIsInTheAccounting() {
    List<AccountingRow> rows = clear(Sacct.read(recorded("sacct-many")));

    assertThat(rows).allMatch(AccountingRow::isFinal);
    assertThat(rows.stream().filter(row -> row.jobId().equals("19")))
        .extracting(row -> row.known().orElseThrow())
        .containsExactlyInAnyOrder(SlurmState.NODE_FAIL, SlurmState.CANCELLED);
    AccountingRow slow =
        rows.stream().filter(row -> row.jobId().equals("8")).findFirst().orElseThrow();
    assertThat(slow.known()).hasValue(SlurmState.TIMEOUT);
    assertThat(slow.elapsedSeconds()).hasValue(74);
    assertThat(slow.given().devices()).hasValue(8);
    AccountingRow cancelled =
        rows.stream().filter(row -> row.jobId().equals("12")).findFirst().orElseThrow();
    assertThat(cancelled.start()).as("it never started").isEmpty();
    assertThat(cancelled.given()).isEqualTo(Tres.NOTHING);
    assertThat(cancelled.nodes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bad-account",
        "bad-constraint",
        "bad-dependency",
        "bad-option",
        "bad-partition",
        "bad-qos",
        "bad-reservation",
        "bad-time",
        "reservation-of-others",
        "too-long-for-partition",
        "too-many-gpus",
        "too-many-nodes",
        "unknown-node",
      })
  void whatIsRefusedForGoodIsRefused(String situation) {
    assertThat(Sbatch.read(recorded("sbatch-" + situation)))
        .isInstanceOf(Submission.Rejected.class);
  }

  @Test
  void theOtherSubmissionsAreWhatTheyWere() {
    assertThat(Sbatch.read(recorded("sbatch-accepted"))).isInstanceOf(Submission.Accepted.class);
    assertThat(Sbatch.read(recorded("sbatch-accepted-in-words")))
        .isInstanceOf(Submission.Accepted.class);
    assertThat(Sbatch.read(recorded("sbatch-too-long-for-qos")))
        .as("it is queued, and waits for ever")
        .isInstanceOf(Submission.Accepted.class);
    assertThat(Sbatch.read(recorded("sbatch-over-submit-limit")))
        .isInstanceOf(Submission.Deferred.class);
    assertThat(Sbatch.read(recorded("sbatch-no-script"))).isInstanceOf(Submission.Deferred.class);
    assertThat(Sbatch.read(recorded("sbatch-timed-out"))).isInstanceOf(Submission.Ambiguous.class);
    assertThat(Sbatch.read(recorded("sbatch-no-controller")))
        .isInstanceOf(Submission.Ambiguous.class);
  }

  /** And the one whose submission had timed out is in the queue. */
  @Test
  void aSubmissionThatTimedOutWasAcceptedAllTheSame() {
    assertThat(clear(Squeue.read(recorded("squeue-after-time-out"))))
        .anyMatch(row -> row.name().equals("unsure"));
  }

  @Test
  void daemonsThatAreDownAreNoAnswer() {
    assertThat(unclear(Squeue.read(recorded("squeue-no-controller"))))
        .contains("Unable to contact");
    assertThat(unclear(Squeue.read(recorded("squeue-timed-out")))).contains("Socket timed out");
    assertThat(unclear(Sacct.read(recorded("sacct-no-daemon")))).contains("Connection refused");
    assertThat(unclear(Sacct.read(recorded("sacct-no-database"))))
        .contains("Unable to connect to database");
    assertThat(unclear(ScontrolJob.read(recorded("scontrol-no-controller"))))
        .contains("Unable to contact");
  }

  @Test
  void theControllersDescriptionsAreRead() {
    QueueRow running = clear(ScontrolJob.read(recorded("scontrol-running"))).get(0);
    assertThat(running.jobId()).isEqualTo("9");
    assertThat(running.known()).hasValue(SlurmState.RUNNING);
    assertThat(running.user()).isEqualTo("ada");
    assertThat(running.nodes()).containsExactly("node01", "node02");
    assertThat(clear(ScontrolJob.read(recorded("scontrol-pending"))).get(0).known())
        .hasValue(SlurmState.PENDING);
    assertThat(clear(ScontrolJob.read(recorded("scontrol-completed"))).get(0).known())
        .hasValue(SlurmState.COMPLETED);
    assertThat(clear(ScontrolJob.read(recorded("scontrol-unknown-id")))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scontrol-over", "scontrol-update-unknown-id", "squeue-unknown-id"})
  void aJobThatIsOverIsRecognised(String situation) {
    assertThat(Refusals.of(recorded(situation).errors())).isEqualTo(Refusals.Proof.OVER);
  }

  @Test
  void theSettingsOfTheSiteAreRead() {
    SiteFacts facts = clear(SiteFacts.read(recorded("scontrol-config")));

    assertThat(facts.version()).hasValue("22.05.8");
    assertThat(facts.killWait()).hasValue(Duration.ofSeconds(5));
    assertThat(facts.minJobAge()).hasValue(Duration.ofMinutes(5));
    assertThat(facts.accounting()).isTrue();
    assertThat(facts.countsDevices()).isTrue();
  }
}
