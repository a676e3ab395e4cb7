package org.bloomery.controlplane.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.simulation.InMemoryRunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that are slow, dark or not there, beside one that works. */
final class ClusterLoopsTest {
  private static final Duration OFTEN = Duration.ofMillis(5);

  /** Only a broken test waits so long. */
  private static final long SECONDS_MAX = 60;

  @TempDir private Path home;
  private final RunStore store = new InMemoryRunStore();

  /** A resource manager that shows no job, and does not answer until it is told. */
  private static final class Silent implements ResourceManager {
    private final CountDownLatch mayAnswer;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch submitted = new CountDownLatch(1);
    private final AtomicInteger looks = new AtomicInteger();

    Silent(CountDownLatch mayAnswer) {
      this.mayAnswer = mayAnswer;
    }

    @Override
    public Observation observe(List<Wanted> wanted, Instant now) {
      looks.incrementAndGet();
      asked.countDown();
      try {
        mayAnswer.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new Observation.Known(now, List.of());
    }

    @Override
    public Submission submit(JobRequest request) {
      submitted.countDown();
      return new Submission.Accepted("1");
    }

    @Override
    public Optional<String> allocateJobId() {
      return Optional.empty();
    }

    @Override
    public Acknowledgement cancel(JobKey job) {
      return new Acknowledgement.Done();
    }

    @Override
    public Acknowledgement hold(JobKey job) {
      return new Acknowledgement.Done();
    }

    @Override
    public Acknowledgement release(JobKey job) {
      return new Acknowledgement.Done();
    }

    @Override
    public Acknowledgement exclude(JobKey job, List<String> nodes) {
      return new Acknowledgement.Done();
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ClusterLoopsTest.class.getResourceAsStream("/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String spec(String name, String cluster) throws IOException {
    return resource("loop.yaml")
        .replace("name: small", "name: " + name)
        .replace("cluster: local", "cluster: " + cluster);
  }

  private ClusterLoops.Shared shared() throws IOException {
    Files.createDirectories(home.resolve("clusters"));
    Files.writeString(home.resolve("clusters/queue.yaml"), resource("queue.yaml"));
    RunContexts contexts =
        new RunContexts(
            home,
            new HomeId("c0ffee"),
            ClusterProfiles.load(home),
            new ScriptRenderer(ScriptTemplates.shipped()),
            store);
    return new ClusterLoops.Shared(store, contexts, InstantSource.system(), System::nanoTime);
  }

  private Service service(ClusterLoops.Shared shared, ClusterLoops loops) {
    return SteppedLoop.service(shared, loops, new RunStore.Epoch(1));
  }

  @Test
  void aClusterThatDoesNotAnswerDelaysNoOther() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Silent stuck = new Silent(never);
    Silent quick = new Silent(new CountDownLatch(0));
    ClusterLoops.Shared shared = shared();
    try (ClusterLoops loops =
        new ClusterLoops(
            shared,
            List.of(
                new ClusterLoops.Site("local", quick, OFTEN),
                new ClusterLoops.Site("queue", stuck, OFTEN)),
            store.lead())) {
      Service service = service(shared, loops);
      loops.start();
      service.submit(spec("there", "queue"), "loop.yaml", home.toString(), false, "ada");
      assertThat(stuck.asked.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();

      service.submit(spec("here", "local"), "loop.yaml", home.toString(), false, "ada");

      assertThat(quick.submitted.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      assertThat(stuck.submitted.getCount()).isEqualTo(1);
      never.countDown();
      assertThat(stuck.submitted.await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    } finally {
      never.countDown();
    }
  }

  /** Its profile is there, but this control plane has lost its way to it. */
  @Test
  void aRunWhoseClusterNobodyReachesIsLeftAloneAndSaysSo() throws Exception {
    ClusterLoops.Shared shared = shared();
    submitToQueue(shared);
    Silent local = new Silent(new CountDownLatch(0));
    ClusterLoops.Shared anew = shared();
    ClusterLoops after =
        new ClusterLoops(anew, List.of(new ClusterLoops.Site("local", local, OFTEN)), store.lead());
    after.all().forEach(ControlLoop::runOnce);

    assertThat(service(anew, after).list())
        .singleElement()
        .satisfies(run -> assertThat(run.why()).contains("nothing here can reach its cluster"));
    assertThat(local.submitted.getCount()).isEqualTo(1);
  }

  /** A request wakes the loop; the site's floor for questions holds all the same. */
  @Test
  void aLoopThatIsWokenDoesNotAskAgainBeforeItsTime() throws Exception {
    ClusterLoops.Shared shared = shared();
    submitToQueue(shared);
    Silent queue = new Silent(new CountDownLatch(0));
    Instant[] now = {Instant.parse("2031-05-04T08:00:00Z")};
    ControlLoop loop = loopOfQueue(shared, queue, () -> now[0]);

    loop.runOnce();
    now[0] = now[0].plusSeconds(59);
    loop.runOnce();
    assertThat(queue.looks.get()).isEqualTo(1);
    now[0] = now[0].plusSeconds(1);
    loop.runOnce();
    assertThat(queue.looks.get()).isEqualTo(2);
    now[0] = now[0].minusSeconds(3600);
    loop.runOnce();
    assertThat(queue.looks.get()).as("a clock that was set back").isEqualTo(3);
  }

  @Test
  void aSiteIsNotAskedAboutNothing() throws Exception {
    Silent queue = new Silent(new CountDownLatch(0));
    loopOfQueue(shared(), queue, InstantSource.system()).runOnce();
    assertThat(queue.looks.get()).isZero();
  }

  private ControlLoop loopOfQueue(ClusterLoops.Shared shared, Silent queue, InstantSource time) {
    ClusterLoops.Shared timed =
        new ClusterLoops.Shared(store, shared.contexts(), time, System::nanoTime);
    ClusterLoops.Site site = new ClusterLoops.Site("queue", queue, Duration.ofMinutes(1));
    return new ClusterLoops(timed, List.of(site), store.lead()).of("queue").orElseThrow();
  }

  private void submitToQueue(ClusterLoops.Shared shared) throws Exception {
    Silent queue = new Silent(new CountDownLatch(0));
    try (ClusterLoops loops =
        new ClusterLoops(
            shared, List.of(new ClusterLoops.Site("queue", queue, OFTEN)), store.lead())) {
      Service service = service(shared, loops);
      loops.start();
      service.submit(spec("there", "queue"), "loop.yaml", home.toString(), false, "ada");
    }
  }
}
