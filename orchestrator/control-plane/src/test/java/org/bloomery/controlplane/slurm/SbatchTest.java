package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known after a submission, and that nothing else is. */
class SbatchTest {
  private static final String FAILED = "sbatch: error: Batch job submission failed: ";
  private static final String POLICY =
      FAILED
          + "Job violates accounting/QOS policy (job submit limit, user's size and/or time"
          + " limits)\n";

  private static Submission ended(int exitCode, String output, String errors) {
    return Sbatch.read(new Answer.Ended(exitCode, output, errors));
  }

  @Test
  void theCommandSaysWhatTheHeaderMustNotDecide() {
    JobRequest request = new SlurmWorld(Path.of("/runs")).request("bloom-test", 7);

    assertThat(Sbatch.arguments(request))
        .containsExactly(
            "--parsable",
            "--no-requeue",
            "--dependency=singleton",
            "--job-name=bloom-test-0a1b2c",
            "--chdir=/runs/bloom-test/attempts/0007",
            "/runs/bloom-test/attempts/0007/job.sh");
    assertThat(
            Sbatch.arguments(
                new JobRequest(
                    request.run(),
                    7,
                    request.jobName(),
                    request.directory(),
                    2,
                    request.timeLimit(),
                    "bloom",
                    Optional.empty(),
                    Optional.of(new JobKey("jz", "4711", 1)),
                    List.of("node07", "node09"))))
        .contains("--dependency=afterany:4711,singleton", "--exclude=node07,node09");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4711\n",
        "4711;jean-zay\n",
        "Submitted batch job 4711\n",
        "Submitted batch job 4711 on cluster jean-zay\n",
        "Welcome to the site's sbatch\n4711\nHave a nice day\n",
        "4711\r\n",
      })
  void anIdIsAnIdHoweverItIsPrinted(String output) {
    assertThat(ended(0, output, "")).isEqualTo(new Submission.Accepted("4711"));
  }

  /** sbatch complains of its own retries, and of much else, and has the job all the same. */
  @Test
  void anIdCountsWhateverElseWasSaid() {
    String retried =
        """
        sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying.
        sbatch: error: Socket timed out on send/recv operation
        """;

    assertThat(ended(0, "4711\n", retried)).isEqualTo(new Submission.Accepted("4711"));
    assertThat(ended(1, "4711\n", retried)).isEqualTo(new Submission.Accepted("4711"));
    assertThat(Sbatch.read(new Answer.Lost("no end in 240 s", "4711\n")))
        .isEqualTo(new Submission.Accepted("4711"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "4711\n4712\n", "47", "job 4711\n", "99999999999999\n"})
  void withoutOneWholeIdNothingIsKnown(String output) {
    assertThat(ended(0, output, "")).isInstanceOf(Submission.Ambiguous.class);
    assertThat(Sbatch.read(new Answer.Lost("connection broke", output)))
        .isEqualTo(new Submission.Ambiguous("connection broke"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Invalid account or account/partition combination specified",
        "Node count specification invalid",
        "Requested node configuration is not available",
        "Invalid partition name specified",
        "Requested time limit is invalid (missing or exceeds some limit)",
        "Invalid qos specification",
        "Invalid node name specified",
        "Access/permission denied",
        "User's group not permitted to use this partition",
        "Invalid generic resource (gres) specification",
        "Job dependency problem",
        "Requested reservation is invalid",
      })
  void aKnownRefusalIsOne(String text) {
    assertThat(ended(1, "", FAILED + text + "\n"))
        .isEqualTo(new Submission.Rejected(FAILED + text));
  }

  /** Printed before the controller is asked: nothing can have been accepted. */
  @Test
  void aBadOptionOrScriptIsARefusal() {
    assertThat(ended(255, "", "sbatch: error: Invalid --time specification\n"))
        .isInstanceOf(Submission.Rejected.class);
    assertThat(
            ended(
                255,
                "",
                "sbatch: unrecognized option '--x'\nTry \"sbatch --help\" for more information\n"))
        .isInstanceOf(Submission.Rejected.class);
    assertThat(ended(1, "", "sbatch: error: This does not look like a batch script.  The first\n"))
        .isInstanceOf(Submission.Rejected.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sbatch: error: QOSMaxSubmitJobPerUserLimit\n" + POLICY,
        "sbatch: error: AssocMaxSubmitJobLimit\n" + POLICY,
        "sbatch: error: AssocGrpSubmitJobsLimit\n" + POLICY,
        "sbatch: error: QOSMaxJobsPerUserLimit\n" + POLICY,
        "sbatch: error: MaxSubmitJobsPerAccount\n" + POLICY,
        POLICY,
        FAILED + "Resource temporarily unavailable\n",
        FAILED + "Unable to create job record, try again\n",
        FAILED + "Requested nodes are busy\n",
        FAILED + "System submissions disabled\n",
        FAILED + "Required partition not available (inactive or drain)\n",
        "sbatch: error: Unable to open file /runs/x/attempts/0001/job.sh\n",
      })
  void whatMayBeTakenLaterIsPutOff(String errors) {
    assertThat(ended(1, "", errors)).isInstanceOf(Submission.Deferred.class);
  }

  /** No waiting makes the job smaller, or fills an account. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "QOSGrpGRESMinutes",
        "QOSMaxWallDurationPerJobLimit",
        "QOSMaxNodePerJobLimit",
        "AssocGrpCPUMinutesLimit",
        "QOSMaxGRESPerJob",
      })
  void aLimitThatNoWaitingHelpsIsARefusal(String limit) {
    assertThat(ended(1, "", "sbatch: error: " + limit + "\n" + POLICY))
        .isInstanceOf(Submission.Rejected.class);
  }

  /** The commonest error of all is also given for jobs that were accepted. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        FAILED + "Socket timed out on send/recv operation\n",
        FAILED + "Unable to contact slurm controller (connect failure)\n",
        FAILED + "Unable to contact slurm controller (receive failure)\n",
        FAILED + "Zero Bytes were transmitted or received\n",
        FAILED + "Unspecified error\n",
        FAILED + "Some error of a version to come\n",
        FAILED + "Invalid qos specification\n" + FAILED + "Socket timed out on send/recv\n",
        "Segmentation fault\n",
        "",
      })
  void whateverElseWasSaidProvesNothing(String errors) {
    assertThat(ended(1, "", errors)).isInstanceOf(Submission.Ambiguous.class);
  }

  @Test
  void whatNeverRanSubmittedNothing() {
    assertThat(Sbatch.read(new Answer.NeverRan("sbatch: there is no such program in PATH=/bin")))
        .isEqualTo(new Submission.Deferred("sbatch: there is no such program in PATH=/bin"));
  }

  /** Killed before its own retries are over, sbatch would leave a job that nobody was told of. */
  @Test
  void sbatchMayTakeLongerThanItsOwnRetries() {
    int retries = 15;
    assertThat(SlurmProgram.SBATCH.timeout().toSeconds())
        .isGreaterThan(retries * (retries + 1) / 2 + 60);
  }
}
