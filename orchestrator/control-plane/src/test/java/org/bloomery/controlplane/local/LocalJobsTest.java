package org.bloomery.controlplane.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Words for tests with real jobs on this machine, which leave no process behind. */
abstract class LocalJobsTest {
  @TempDir Path temporary;
  LocalJobs jobs;

  @BeforeEach
  final void open() {
    jobs = new LocalJobs(temporary);
  }

  @AfterEach
  final void leaveNothing() throws InterruptedException {
    jobs.end();
  }

  final JobIdentity submit(JobRequest request) {
    Submission submission = jobs.manager().submit(request);
    if (submission instanceof Submission.Accepted accepted) {
      return JobIdentity.parse(accepted.jobId()).orElseThrow();
    }
    return fail("not accepted: " + submission);
  }

  static JobKey key(String jobId) {
    return new JobKey("local", jobId, 1_700_000_000);
  }

  static Wanted wanted(JobRequest request, Optional<JobKey> key) {
    return new Wanted(
        request.run(),
        request.attempt(),
        request.jobName(),
        request.directory(),
        request.devices(),
        key,
        List.of(),
        Instant.now());
  }

  final List<JobView> look(JobRequest request) {
    return known(jobs.manager(), wanted(request, Optional.empty()));
  }

  static List<JobView> known(LocalResourceManager manager, Wanted wanted) {
    Observation seen = manager.observe(List.of(wanted), Instant.now());
    return seen instanceof Observation.Known known ? known.jobs() : fail("cannot see: " + seen);
  }

  final JobView only(JobRequest request) {
    List<JobView> seen = look(request);
    assertThat(seen).hasSize(1);
    return seen.get(0);
  }

  final JobView cancelUntilOver(JobRequest request, JobKey key) {
    await(
        () -> {
          assertThat(jobs.manager().cancel(key)).isInstanceOf(Acknowledgement.Done.class);
          return !only(request).mayLive();
        });
    return only(request);
  }

  static Path starts(JobRequest request) {
    return Path.of(request.directory()).resolve("starts");
  }

  /** A claim that was made on this machine. */
  static void claim(JobRequest request, String jobId, long epoch) throws IOException {
    claim(request, jobId, epoch, host());
  }

  static void claim(JobRequest request, String jobId, long epoch, String host) throws IOException {
    String text =
        """
        {"version":1,"jobId":"%s","restartCount":0,"host":"%s","startEpoch":%d}
        """;
    Files.writeString(
        Path.of(request.directory()).resolve("claim"), text.formatted(jobId, host, epoch));
  }

  static String host() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }

  static void exit(JobRequest request, String jobId, long start, long end) throws IOException {
    String text =
        """
        {"version":1,"run":"bloom-test","attempt":1,"jobId":"%s","restartCount":0,
         "startEpoch":%d,"endEpoch":%d,"exitCode":0,"signal":0,"reason":"done","badNodes":[]}
        """;
    Files.writeString(
        Path.of(request.directory()).resolve("exit.json"), text.formatted(jobId, start, end));
  }

  static void touch(Path file, long epoch) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(epoch)));
  }

  static void kill(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  static void await(BooleanSupplier asItShouldBe) {
    for (int i = 0; i < 1000; i++) {
      if (asItShouldBe.getAsBoolean()) {
        return;
      }
      pause();
    }
    fail("still not as it should be");
  }

  static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
