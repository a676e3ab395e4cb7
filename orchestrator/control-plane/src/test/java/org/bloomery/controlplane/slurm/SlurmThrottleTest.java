package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Wanted;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However often the control plane asks, and about however many jobs, SLURM is asked seldom. */
class SlurmThrottleTest {
  @TempDir private Path root;
  private SlurmWorld world;

  @BeforeEach
  void open() {
    world = new SlurmWorld(root);
  }

  @Test
  void betweenTwoLooksTheLastAnswerIsGivenWithItsTime() {
    JobRequest request = world.prepare(1, "lives");
    Wanted wanted = world.wanted(request, Optional.empty());
    Instant first = world.slurm().now();
    world.observe(wanted);
    int calls = world.slurm().calls();

    world.slurm().advance(SlurmWorld.INTERVAL.minusSeconds(1));

    assertThat(world.known(wanted).asOf()).isEqualTo(first);
    assertThat(world.slurm().calls()).isEqualTo(calls);
    world.slurm().advance(Duration.ofSeconds(1));
    assertThat(world.known(wanted).asOf()).isEqualTo(first.plus(SlurmWorld.INTERVAL));
  }

  @Test
  void anAttemptThatIsNewSinceTheLastLookIsUnclearUntilTheNext() {
    world.observe(world.wanted(world.prepare(1, "lives"), Optional.empty()));
    JobRequest other = world.prepare("other", 1, "lives");
    Wanted wanted = world.wanted(other, Optional.empty());

    assertThat(world.observe(wanted).of(other.jobName()))
        .isInstanceOfSatisfying(
            Observation.Unknown.class,
            unknown -> assertThat(unknown.why()).isEqualTo("attempt 1 was not looked for yet"));
    world.untilNextLook();
    assertThat(world.known(wanted).jobs()).isEmpty();
  }

  @Test
  void aFailureIsNotRepeatedAtOnce() {
    world.slurm().setControllerDown(true);
    Wanted wanted = world.wanted(world.prepare(1, "lives"), Optional.empty());
    for (int second = 0; second < 600; second++) {
      assertThat(world.observe(wanted)).isInstanceOf(Observation.Unknown.class);
      world.slurm().advance(Duration.ofSeconds(1));
    }

    assertThat(world.slurm().calls("squeue")).isBetween(2, 7);
  }

  /** One query of the queue and one of the accounting, however many jobs there are. */
  @Test
  void aThousandJobsTakeNoMoreCommandsThanOne() {
    List<JobRequest> requests = new ArrayList<>();
    for (int run = 0; run < 1000; run++) {
      JobRequest request = world.prepare("run-" + run, 1, "lives");
      world.manager().submit(request);
      requests.add(request);
    }
    world.untilNextLook();
    int before = world.slurm().calls();

    List<Wanted> wanted = new ArrayList<>();
    requests.forEach(request -> wanted.add(world.wanted(request, Optional.empty())));
    Observation.Known seen = world.known(wanted.toArray(Wanted[]::new));

    assertThat(seen.jobs()).hasSize(1000);
    assertThat(world.slurm().calls() - before).as("all live: the queue alone").isEqualTo(1);

    List<Wanted> known = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      known.add(world.wanted(requests.get(i), Optional.of(seen.jobs().get(i).key())));
    }
    world.slurm().jobs().forEach(job -> job.cancel(world.slurm().now()));
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));
    before = world.slurm().calls();
    assertThat(world.known(known.toArray(Wanted[]::new)).jobs())
        .hasSize(1000)
        .allMatch(job -> job.usage().isPresent());
    assertThat(world.slurm().calls() - before).as("all over").isEqualTo(2);
  }

  /**
   * A controller that hangs holds up nobody: the look goes on elsewhere, the caller does not wait.
   */
  @Test
  void aLookThatTakesLongHoldsUpNobody() {
    Deque<Runnable> elsewhere = new ArrayDeque<>();
    SlurmResourceManager manager =
        new SlurmResourceManager(
            SlurmWorld.SITE,
            new SlurmResourceManager.Tools(
                world.slurm(),
                new ThisMachine(Map.of("PATH", "/usr/bin")),
                elsewhere::add,
                Duration.ZERO,
                () -> Duration.between(SlurmWorld.T0, world.slurm().now()).toNanos(),
                () -> 0));
    Wanted wanted = world.wanted(world.prepare(1, "lives"), Optional.empty());
    Instant asked = world.slurm().now();

    assertThat(manager.observe(List.of(wanted), asked)).isInstanceOf(Observation.Unknown.class);
    world.slurm().advance(Duration.ofMinutes(10));
    manager.observe(List.of(wanted), world.slurm().now());
    assertThat(elsewhere).as("one look at a time").hasSize(1);

    elsewhere.remove().run();
    assertThat(manager.observe(List.of(wanted), world.slurm().now()))
        .as("as of the moment when the look began")
        .isEqualTo(new Observation.Known(asked, List.of()));
  }

  @Test
  void aCancelIsNotSaidAgainBeforeALookCouldShowIt() {
    JobRequest request = world.prepare(1, "lives");
    world.manager().submit(request);
    world.untilNextLook();
    JobKey key = world.known(world.wanted(request, Optional.empty())).jobs().get(0).key();
    world.slurm().ignoreCancels(true);
    int before = world.slurm().calls("scancel");

    for (int i = 0; i < 10; i++) {
      world.manager().cancel(key);
    }
    assertThat(world.slurm().calls("scancel") - before).isEqualTo(1);

    world.slurm().advance(SlurmWorld.INTERVAL.multipliedBy(2));
    world.manager().cancel(key);
    assertThat(world.slurm().calls("scancel") - before).isEqualTo(2);
  }
}
