package org.bloomery.controlplane.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bloomery.controlplane.local.LocalResourceManager.Site;
import org.bloomery.controlplane.process.ProcessRunner;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager.JobRequest;

/** Attempts with real job scripts under one directory, and the certainty that none is left. */
final class LocalJobs {
  static final Duration KILL_WAIT = Duration.ofSeconds(30);

  /** What all job scripts of these tests begin with: identity, claim and exit record. */
  private static final String PROLOGUE =
      """
      set -euo pipefail
      stat=$(< "/proc/$$/stat")
      read -r -a fields <<< "${stat##*) }"
      boot=$(< /proc/sys/kernel/random/boot_id)
      id=${boot:0:8}-$$-${fields[19]}
      printf -v started '%(%s)T' -1
      claim() {
        (set -o noclobber; : > claim) 2> /dev/null || exit 78
        printf '{"version":1,"jobId":"%s","restartCount":0,"host":"here","startEpoch":%d}\\n' \
          "$id" "$started" > claim
      }
      finish() {
        local ended
        printf -v ended '%(%s)T' -1
        printf '{"version":1,"run":"%s","attempt":%d,"jobId":"%s","restartCount":0,' \
          "$BLOOMERY_RUN" "$((10#$BLOOMERY_ATTEMPT))" "$id" > exit.json.tmp
        printf '"startEpoch":%d,"endEpoch":%d,"exitCode":%d,"signal":0,"reason":"%s",' \
          "$started" "$ended" "$1" "$2" >> exit.json.tmp
        printf '"badNodes":[]}\\n' >> exit.json.tmp
        mv -T exit.json.tmp exit.json
        exit "$1"
      }
      printf 'started\\n' >> starts
      """;

  /** Leaves when it is asked to, and says so. */
  static final String POLITE =
      """
      child=
      trap 'kill "$child" || true; wait "$child" || true; finish 143 terminated' TERM
      claim
      sleep 600 & child=$!
      while :; do wait "$child" || true; done
      """;

  /** Neither it nor what it starts leaves when asked. */
  static final String STUBBORN =
      """
      trap '' TERM
      claim
      while :; do sleep 0.1; done
      """;

  /** Claims, and waits for a child that it will not end. */
  static final String PARENT =
      """
      claim
      sleep 600 &
      wait
      """;

  static final String ENDS =
      """
      claim
      finish 0 done
      """;

  private final Path root;
  private final AtomicLong nanos = new AtomicLong();
  private LocalResourceManager manager;

  LocalJobs(Path root) {
    this.root = root;
    restart();
  }

  LocalResourceManager manager() {
    return manager;
  }

  void restart() {
    manager = managerOn(Path.of("/proc"));
  }

  LocalResourceManager managerOn(Path proc) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", root.toString());
    environment.put("LANG", "C.UTF-8");
    return new LocalResourceManager(
        new ProcessRunner(),
        new Site(proc, environment, KILL_WAIT, InstantSource.system(), nanos::get));
  }

  /** Moves the clock by which a job's time to leave is measured. */
  void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  JobRequest prepare(int attempt, String script) {
    RunId run = new RunId("bloom-test");
    JobRequest request =
        new JobRequest(
            run,
            attempt,
            "bloom-test-0a1b2c",
            AttemptDirectory.of(root.toString(), run, attempt),
            2,
            Duration.ofHours(1),
            "none",
            Optional.empty(),
            Optional.empty(),
            List.of());
    try {
      Files.createDirectories(Path.of(request.directory()));
      Files.writeString(Path.of(request.directory()).resolve("job.sh"), PROLOGUE + script);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return request;
  }

  /** Starts one more job of an attempt, past all checks, as a paused leader might. */
  JobIdentity startAnother(JobRequest request) throws IOException {
    Map<String, String> environment = Marks.of(request);
    environment.put("PATH", System.getenv("PATH"));
    Path directory = Path.of(request.directory());
    ProcessRunner.Gated job =
        new ProcessRunner()
            .startDetached(
                new ProcessRunner.Detached(
                    List.of("bash", "-c", LocalResourceManager.GATE, "test", directory + "/job.sh"),
                    directory,
                    environment,
                    directory.resolve("job.out")));
    JobIdentity identity = identity(job.pid());
    job.release();
    return identity;
  }

  static JobIdentity identity(long pid) throws IOException {
    ProcessTable table = new ProcessTable(Path.of("/proc"));
    return new JobIdentity(table.boot(), pid, table.stat(pid).orElseThrow().startTicks());
  }

  /** All living processes that carry the marks of an attempt below the root. */
  List<Snapshot.Entry> living() {
    try {
      return new ProcessTable(Path.of("/proc"))
          .look().entries().stream()
              .filter(entry -> entry.marks().isPresent())
              .filter(entry -> entry.marks().get().directory().startsWith(root.toString()))
              .toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Kills what a test has left running, and insists that it is gone. */
  void end() throws InterruptedException {
    for (int i = 0; i < 500 && !living().isEmpty(); i++) {
      living().forEach(entry -> entry.handle().destroyForcibly());
      Thread.sleep(10);
    }
    assertThat(living()).as("processes left behind").isEmpty();
  }
}
