package org.bloomery.controlplane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.junit.jupiter.api.Test;

/** A job is started once, on its own, and lives on without us. */
class LocalJobStartTest extends LocalJobsTest {
  @Test
  void aJobHasASessionNoTerminalNoInputAndAnEnvironmentOfItsOwn() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE);
    JobIdentity job = submit(request);
    await(() -> only(request).startedAt().isPresent());

    Path process = Path.of("/proc/" + job.pid());
    String stat = Files.readString(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    assertThat(fields[3]).as("session").isEqualTo(Long.toString(job.pid()));
    assertThat(fields[4]).as("terminal").isEqualTo("0");
    assertThat(process.resolve("fd/0").toRealPath()).isEqualTo(Path.of("/dev/null"));
    assertThat(process.resolve("cwd").toRealPath())
        .isEqualTo(Path.of(request.directory()).toRealPath());
    List<String> names =
        List.of(Files.readString(process.resolve("environ")).split("\0", 0)).stream()
            .map(entry -> entry.substring(0, entry.indexOf('=')))
            // What bash itself adds.
            .filter(name -> !List.of("PWD", "OLDPWD", "SHLVL", "_").contains(name))
            .toList();
    assertThat(names)
        .containsExactlyInAnyOrder(
            "PATH",
            "HOME",
            "LANG",
            "BLOOMERY_JOB_NAME",
            "BLOOMERY_ATTEMPT_DIRECTORY",
            "BLOOMERY_RUN",
            "BLOOMERY_ATTEMPT",
            "BLOOMERY_SESSION");
  }

  @Test
  void theJobKnowsItselfByTheSameIdAsWeDo() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    JobIdentity job = submit(request);
    await(() -> !only(request).mayLive());

    assertThat(Path.of(request.directory()).resolve("claim"))
        .content()
        .contains('"' + job.jobId() + '"');
  }

  @Test
  void theOutputOfTheScriptIsKept() {
    JobRequest request = jobs.prepare(1, "claim\necho out\necho error >&2\nfinish 0 done\n");
    submit(request);
    await(() -> !only(request).mayLive());

    assertThat(Path.of(request.directory()).resolve("job.out")).hasContent("out\nerror\n");
  }

  @Test
  void submittedTwiceItIsStartedOnce() {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE);
    JobIdentity job = submit(request);
    await(() -> only(request).startedAt().isPresent());
    jobs.restart();

    assertThat(jobs.manager().submit(request)).isEqualTo(new Submission.Accepted(job.jobId()));
    assertThat(starts(request)).hasContent("started\n");
    assertThat(look(request)).hasSize(1);
  }

  @Test
  void aLivingJobIsFoundByItsMarksAloneAndNotStartedAgain() throws IOException {
    // It never claims, and the record of its start is lost.
    JobRequest request = jobs.prepare(1, "exec sleep 600\n");
    JobIdentity job = submit(request);
    // A process shows no environment for the moment in which it becomes another program.
    await(() -> comm(job).equals("sleep"));
    Files.delete(Path.of(request.directory()).resolve("submission.json"));
    jobs.restart();

    assertThat(jobs.manager().submit(request)).isEqualTo(new Submission.Accepted(job.jobId()));
    assertThat(only(request).state()).isEqualTo(JobState.RUNNING);
    assertThat(only(request).key().jobId()).isEqualTo(job.jobId());
  }

  @Test
  void anAttemptThatSomebodyClaimedIsNotStarted() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    claim(request, "00000000-17-4711", 1_700_000_000);

    assertThat(jobs.manager().submit(request))
        .isEqualTo(new Submission.Accepted("00000000-17-4711"));
    assertThat(starts(request)).doesNotExist();
  }

  @Test
  void aClaimThatNobodyCanReadIsRefusedInWords() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    Files.writeString(Path.of(request.directory()).resolve("claim"), "{\"version\":1,\"jo");

    assertThat(jobs.manager().submit(request))
        .isInstanceOfSatisfying(
            Submission.Rejected.class, no -> assertThat(no.why()).contains("claim", "resume"));
    assertThat(starts(request)).doesNotExist();
  }

  @Test
  void withoutItsScriptItIsRefused() throws IOException {
    JobRequest request = jobs.prepare(1, LocalJobs.ENDS);
    Files.delete(Path.of(request.directory()).resolve("job.sh"));

    assertThat(jobs.manager().submit(request))
        .isInstanceOfSatisfying(
            Submission.Rejected.class, no -> assertThat(no.why()).contains("job.sh is missing"));
  }

  @Test
  void hostileDirectoryNamesAreJustNames() throws IOException {
    Path hostile = temporary.resolve("it's \"a\" $(touch owned) `touch owned` *;& -n");
    LocalJobs there = new LocalJobs(hostile);
    JobRequest request = there.prepare(1, LocalJobs.POLITE);
    assertThat(there.manager().submit(request)).isInstanceOf(Submission.Accepted.class);
    jobs = there;
    await(() -> only(request).startedAt().isPresent());

    cancelUntilOver(request, only(request).key());

    assertThat(Path.of(request.directory()).resolve("owned")).doesNotExist();
    assertThat(only(request).usage().orElseThrow().audited()).isTrue();
  }

  @Test
  void aKilledControlPlaneLeavesItsJobsAlive() throws Exception {
    JobRequest request = jobs.prepare(1, LocalJobs.POLITE);
    Process controlPlane =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SubmitAndHang.class.getName(),
                temporary.toString())
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("control-plane.out").toFile())
            .start();
    try {
      await(() -> !look(request).isEmpty() && only(request).startedAt().isPresent());
    } finally {
      controlPlane.destroyForcibly().waitFor();
    }

    JobView after = only(request);
    assertThat(after.state()).isEqualTo(JobState.RUNNING);
    cancelUntilOver(request, after.key());
  }

  /** A control plane that submits one attempt and then waits to be killed. */
  static final class SubmitAndHang {
    private SubmitAndHang() {}

    public static void main(String[] arguments) throws InterruptedException {
      LocalJobs jobs = new LocalJobs(Path.of(arguments[0]));
      jobs.manager().submit(jobs.prepare(1, LocalJobs.POLITE));
      Thread.sleep(600_000);
    }
  }

  private static String comm(JobIdentity job) {
    try {
      return Files.readString(Path.of("/proc/" + job.pid() + "/comm")).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
