package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Wanted;

/** A fake SLURM with a resource manager on it, and the attempts of one run in a directory. */
final class SlurmWorld {
  static final Instant T0 = Instant.parse("2031-05-04T08:00:00Z");
  static final Duration INTERVAL = Duration.ofSeconds(30);
  static final Duration ACCOUNTING_GRACE = Duration.ofMinutes(30);
  static final Duration NODE_FAIL_GRACE = Duration.ofMinutes(5);
  static final int DEVICES = 2;

  /** A site that charges three times what it gives, so that nobody mixes up the two. */
  static final SlurmSite SITE =
      new SlurmSite(
          "jz",
          FakeSlurm.USER,
          INTERVAL,
          NODE_FAIL_GRACE,
          ACCOUNTING_GRACE,
          20,
          Duration.ofHours(2),
          given -> 3 * given.devices(),
          FileSystems.getDefault());

  private final Path root;
  private final FakeSlurm slurm = new FakeSlurm(T0);
  private final Map<String, CommandRunner.Result> silent = new TreeMap<>();
  private final CommandRunner runner;
  private SlurmResourceManager manager;

  SlurmWorld(Path root) {
    this.root = root;
    this.runner =
        command -> {
          CommandRunner.Result none = silent.get(command.argv().get(0));
          return none == null ? slurm.run(command) : none;
        };
    restart();
  }

  FakeSlurm slurm() {
    return slurm;
  }

  SlurmResourceManager manager() {
    return manager;
  }

  void restart() {
    manager =
        new SlurmResourceManager(
            SITE,
            new SlurmResourceManager.Tools(
                runner,
                new ThisMachine(Map.of("PATH", "/usr/bin")),
                Runnable::run,
                Duration.ZERO,
                () -> Duration.between(T0, slurm.now()).toNanos(),
                () -> 0.5));
  }

  /** From now on this is what becomes of a program, instead of an answer. */
  void silence(SlurmProgram program, CommandRunner.Result result) {
    silent.put(program.word(), result);
  }

  /** Time goes by until the next look is due. */
  void untilNextLook() {
    slurm.advance(INTERVAL);
  }

  Path directory(String run, int attempt) {
    return Path.of(AttemptDirectory.of(root.toString(), new RunId(run), attempt));
  }

  JobRequest prepare(int attempt, String script) {
    return prepare("bloom-test", attempt, script);
  }

  /** Lays down an attempt with a job script of this kind. */
  JobRequest prepare(String run, int attempt, String script) {
    Path directory = directory(run, attempt);
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("job.sh"), "#!/bin/bash\n" + script + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return request(run, attempt);
  }

  JobRequest request(String run, int attempt) {
    return new JobRequest(
        new RunId(run),
        attempt,
        run + "-0a1b2c",
        directory(run, attempt).toString(),
        DEVICES,
        Duration.ofHours(1),
        "bloom",
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  /** The same, to be started after another job. */
  JobRequest after(JobRequest request, JobKey job) {
    return new JobRequest(
        request.run(),
        request.attempt(),
        request.jobName(),
        request.directory(),
        request.devices(),
        request.timeLimit(),
        request.account(),
        Optional.empty(),
        Optional.of(job),
        List.of());
  }

  Observation observe(Wanted... wanted) {
    return manager.observe(List.of(wanted), slurm.now());
  }

  /** One look, which must be clear. */
  Observation.Known known(Wanted... wanted) {
    Observation seen = observe(wanted);
    if (seen instanceof Observation.Known known) {
      assertThat(known.unclear()).isEmpty();
      return known;
    }
    return fail("cannot see: " + seen);
  }

  /** The only job of an attempt. */
  JobView ofAttempt(int attempt, Observation.Known seen) {
    List<JobView> jobs =
        seen.jobs().stream().filter(job -> job.attempt().equals(Optional.of(attempt))).toList();
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }

  Wanted wanted(JobRequest request, Optional<JobKey> key) {
    return wanted(request, key, List.of());
  }

  Wanted wanted(JobRequest request, Optional<JobKey> key, List<JobKey> unbilled) {
    return new Wanted(
        request.run(),
        request.attempt(),
        request.jobName(),
        request.directory(),
        request.devices(),
        key,
        unbilled,
        slurm.now().minus(Duration.ofMinutes(10)));
  }
}
