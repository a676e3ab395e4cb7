package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bloomery.controlplane.process.CommandRunner.Command;
import org.bloomery.controlplane.slurm.FakeSlurm;
import org.bloomery.controlplane.slurm.FakeSlurm.Truth;
import org.bloomery.controlplane.slurm.SlurmResourceManager;
import org.bloomery.controlplane.slurm.SlurmSite;
import org.bloomery.controlplane.slurm.ThisMachine;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.bloomery.core.port.ResourceManager.Wanted;

/** One story: a resource manager, a liar, and a SLURM behind it that knows how it really is. */
final class LiedTo {
  private static final Instant T0 = Instant.parse("2031-05-04T08:00:00Z");
  private static final RunId RUN = new RunId("bloom-test");
  private static final String JOB_NAME = "bloom-test-0a1b2c";
  private static final int DEVICES = 2;
  private static final int ATTEMPTS_MAX = 6;

  /** Lies after which not even a careful reader can know better. */
  private static final List<Lie> PERFECT = List.of(Lie.STALE, Lie.NO_ROWS, Lie.STRANGE_STATE);

  private final Path root;
  private final SplittableRandom chance;
  private final FakeSlurm slurm = new FakeSlurm(T0);
  private final LyingSlurm liar;
  private final SlurmResourceManager manager;
  private final Map<Integer, JobKey> keys = new TreeMap<>();
  private final List<String> trace = new ArrayList<>();
  private int attempts;
  private int clearLooks;

  LiedTo(Path root, Map<Lie, Double> habits, SplittableRandom chance) throws IOException {
    this.root = root;
    this.chance = chance;
    liar = new LyingSlurm(slurm, slurm::now, chance.split(), habits, Duration.ofHours(1));
    SplittableRandom jitter = chance.split();
    manager =
        new SlurmResourceManager(
            new SlurmSite(
                "jz",
                FakeSlurm.USER,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(30),
                20,
                Duration.ofHours(2),
                SlurmSite.Given::devices,
                root.getFileSystem()),
            new SlurmResourceManager.Tools(
                liar,
                new ThisMachine(Map.of("PATH", "/usr/bin")),
                Runnable::run,
                Duration.ZERO,
                () -> Duration.between(T0, slurm.now()).toNanos(),
                jitter::nextDouble));
    slurm.add(FakeSlurm.USER, JOB_NAME, root.resolve("elsewhere"), "strange");
    slurm.add("grace", JOB_NAME, root, "strange");
  }

  static Command command(String... argv) {
    return new Command(List.of(argv), Optional.empty(), Map.of(), Duration.ofSeconds(60), 1 << 20);
  }

  Map<Lie, Integer> told() {
    return liar.told();
  }

  int clearLooks() {
    return clearLooks;
  }

  List<String> trace() {
    return trace;
  }

  /** Time goes by, something is done, and what is seen is held against the truth. */
  void step(String when) throws IOException {
    slurm.advance(Duration.ofSeconds(1 + chance.nextInt(60)));
    int what = chance.nextInt(10);
    if (what == 0 && attempts < ATTEMPTS_MAX) {
      submit(when);
    } else if (what == 1 && !keys.isEmpty()) {
      cancel(new ArrayList<>(keys.values()).get(chance.nextInt(keys.size())));
    }
    look(when);
  }

  private void submit(String when) throws IOException {
    attempts++;
    String script = chance.nextInt(3) == 0 ? "ends" : "lives";
    Path directory = Files.createDirectories(directory(attempts));
    Files.writeString(directory.resolve("job.sh"), "#!/bin/bash\n" + script + "\n");
    int before = jobs().size();
    Submission outcome =
        manager.submit(
            new JobRequest(
                RUN,
                attempts,
                JOB_NAME,
                directory.toString(),
                DEVICES,
                Duration.ofHours(1),
                "bloom",
                Optional.empty(),
                Optional.empty(),
                List.of()));
    trace.add("submits " + attempts + ": " + outcome);
    // The SLURM behind refuses nothing: a refusal, or a certain no, would be made up.
    assertThat(outcome).as(when).isNotInstanceOf(Submission.Rejected.class);
    if (outcome instanceof Submission.Accepted accepted) {
      assertThat(jobs()).as(when).anyMatch(job -> job.jobId().equals(accepted.jobId()));
    }
    if (outcome instanceof Submission.Deferred) {
      assertThat(jobs()).as(when).hasSize(before);
    }
  }

  private void cancel(JobKey key) {
    List<Truth> others = jobs().stream().filter(job -> !job.jobId().equals(key.jobId())).toList();
    trace.add("cancels " + key.jobId() + ": " + manager.cancel(key));
    // A submission that was delayed may come through just then.
    assertThat(jobs()).as("the others").containsAll(others);
  }

  private void look(String when) {
    int perfectBefore = perfectLies();
    Observation seen = manager.observe(wanted(), slurm.now()).of(JOB_NAME);
    trace.add(seen.toString().replace(root.toString(), ""));
    if (!(seen instanceof Observation.Known known) || !known.asOf().equals(slurm.now())) {
      return;
    }
    known.jobs().forEach(job -> judge(when, job));
    if (perfectLies() == perfectBefore) {
      clearLooks++;
      assertThat(known.jobs().stream().filter(JobView::mayLive).map(job -> job.key().jobId()))
          .as("%s: everything that waits or runs is seen", when)
          .containsAll(jobs().stream().filter(Truth::waitsOrRuns).map(Truth::jobId).toList());
    }
    for (JobView job : known.jobs()) {
      job.attempt().ifPresent(attempt -> keys.putIfAbsent(attempt, job.key()));
    }
  }

  private void judge(String when, JobView job) {
    Truth truth =
        jobs().stream()
            .filter(real -> real.jobId().equals(job.key().jobId()))
            .findFirst()
            .orElseThrow(() -> new AssertionError(when + ": made up " + job));
    assertThat(job.key().submitEpoch()).as(when).isEqualTo(truth.submit().getEpochSecond());
    assertThat(truth.waitsOrRuns() && !job.mayLive())
        .as("%s: %s is said to be over", when, truth)
        .isFalse();
    if (job.usage().filter(usage -> usage.source() == Source.ACCOUNTING).isPresent()) {
      Instant end = truth.end().orElseThrow();
      Duration ran = Duration.between(truth.start().orElse(end), end);
      assertThat(job.usage().get().allocated())
          .as(when)
          .isEqualTo(GpuSeconds.of(truth.start().isPresent() ? DEVICES : 0, ran));
    }
  }

  /** The lies end: everything is found, can be ended, and is billed. */
  void endHonestly(String when) {
    liar.beHonest();
    for (int round = 0; round < 12; round++) {
      slurm.advance(Duration.ofMinutes(10));
      look(when);
      // Also those that an attempt has too many.
      if (manager.observe(wanted(), slurm.now()) instanceof Observation.Known known) {
        known.jobs().stream().filter(JobView::mayLive).map(JobView::key).forEach(this::cancel);
      }
    }
    assertThat(keys.values())
        .as("%s: jobs known", when)
        .extracting(JobKey::jobId)
        .containsAll(
            jobs().stream().filter(job -> keyedAttempts(job) == 1).map(Truth::jobId).toList());
    Observation seen = manager.observe(wanted(), slurm.now());
    assertThat(seen)
        .as(when)
        .isInstanceOfSatisfying(
            Observation.Known.class,
            known ->
                assertThat(known.jobs())
                    .allMatch(job -> !job.mayLive())
                    .allMatch(job -> job.usage().isPresent()));
    assertThat(slurm.truth().subList(0, 2)).as("%s: strangers", when).allMatch(Truth::waitsOrRuns);
  }

  private long keyedAttempts(Truth job) {
    return jobs().stream().filter(other -> other.directory().equals(job.directory())).count();
  }

  private int perfectLies() {
    return PERFECT.stream().mapToInt(lie -> liar.told().getOrDefault(lie, 0)).sum();
  }

  /** The jobs that are the run's own. */
  private List<Truth> jobs() {
    return slurm.truth().stream()
        .filter(job -> job.user().equals(FakeSlurm.USER))
        .filter(job -> job.directory().toString().contains("/attempts/"))
        .toList();
  }

  private Path directory(int attempt) {
    return Path.of(AttemptDirectory.of(root.toString(), RUN, attempt));
  }

  private List<Wanted> wanted() {
    List<Wanted> wanted = new ArrayList<>();
    for (int attempt = 1; attempt <= attempts; attempt++) {
      wanted.add(
          new Wanted(
              RUN,
              attempt,
              JOB_NAME,
              directory(attempt).toString(),
              DEVICES,
              Optional.ofNullable(keys.get(attempt)),
              List.of(),
              T0));
    }
    return wanted;
  }
}
