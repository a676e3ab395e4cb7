package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to jobs is done to the very job that is meant, or not at all. */
class SlurmActsTest {
  private static final Acknowledgement DONE = new Acknowledgement.Done();

  @TempDir private Path root;
  private SlurmWorld world;
  private FakeJob job;
  private JobKey key;

  @BeforeEach
  void submit() {
    world = new SlurmWorld(root);
    JobRequest request = world.prepare(1, "lives");
    world.manager().submit(request);
    job = world.slurm().jobs().get(0);
    key = world.known(world.wanted(request, Optional.empty())).jobs().get(0).key();
  }

  private void start() {
    world.slurm().advance(Duration.ofSeconds(2));
    assertThat(job.runs()).isTrue();
  }

  /** Even without any memory of the job: the key says whom to end. */
  @Test
  void aCancelEndsTheJobAlsoAfterARestart() {
    start();
    world.restart();

    assertThat(world.manager().cancel(key)).isEqualTo(DONE);
    assertThat(job.state).startsWith("CANCELLED");
  }

  @Test
  void anotherIncarnationIsNotMeant() {
    start();
    job.held = true;
    world.slurm().requeue(job);
    world.slurm().advance(Duration.ofSeconds(1));
    assertThat(job.isQueued()).isTrue();

    assertThat(world.manager().cancel(key)).as("nothing left to do").isEqualTo(DONE);
    assertThat(world.slurm().calls("scancel")).isZero();
  }

  @Test
  void aJobThatIsLeavingIsLeftAlone() {
    start();
    job.finish("COMPLETED", "0:0", world.slurm().now());
    job.gone = Optional.of(world.slurm().now().plusSeconds(100));

    assertThat(world.manager().cancel(key)).isEqualTo(DONE);
    assertThat(world.slurm().calls("scancel")).isZero();
  }

  @Test
  void aJobThatIsForgottenIsOver() {
    world.slurm().jobs().clear();

    assertThat(world.manager().cancel(key)).isEqualTo(DONE);
    assertThat(world.manager().hold(key)).isEqualTo(DONE);
  }

  @Test
  void withoutAnAnswerNothingIsKnownAndNothingIsDone() {
    start();
    world.slurm().setControllerDown(true);

    assertThat(world.manager().cancel(key)).isInstanceOf(Acknowledgement.NotKnown.class);
    assertThat(world.slurm().calls("scancel")).isZero();
    world.slurm().setControllerDown(false);
    assertThat(world.manager().cancel(key)).as("asked again at once").isEqualTo(DONE);
    assertThat(job.isOver()).isTrue();
  }

  @Test
  void aQueuedJobIsHeldReleasedAndKeptOffNodes() {
    assertThat(world.manager().hold(key)).isEqualTo(DONE);
    assertThat(job.reason).isEqualTo("JobHeldUser");
    assertThat(world.manager().exclude(key, List.of("n7", "n9"))).isEqualTo(DONE);
    start(Duration.ofSeconds(5), false);
    assertThat(job.avoided).containsExactly("n7", "n9");

    assertThat(world.manager().release(key)).isEqualTo(DONE);
    start(Duration.ofSeconds(1), true);
  }

  private void start(Duration time, boolean expected) {
    world.slurm().advance(time);
    assertThat(job.runs()).isEqualTo(expected);
  }

  /** SLURM would hold a running job without complaint, and then hide it from sacct's lists. */
  @Test
  void aRunningJobIsNeitherHeldNorChanged() {
    start();

    assertThat(world.manager().hold(key)).isEqualTo(DONE);
    assertThat(world.manager().exclude(key, List.of("n7"))).isEqualTo(DONE);

    assertThat(job.held).isFalse();
    assertThat(job.avoided).isEmpty();
    assertThat(world.slurm().calls("scontrol")).isZero();
  }

  @Test
  void aTimeLimitIsMadeShorterAndNeverLonger() {
    start();

    assertThat(world.manager().shorten(key, Duration.ofHours(2))).isEqualTo(DONE);
    assertThat(job.limit).isEqualTo(Duration.ofHours(1));
    assertThat(world.manager().shorten(key, Duration.ofSeconds(61))).isEqualTo(DONE);
    assertThat(job.limit).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void aWarningGoesToTheScriptAndEndsNothing() {
    start();

    assertThat(world.manager().warn(key)).isEqualTo(DONE);

    assertThat(world.slurm().lastCommand())
        .containsExactly(
            "scancel",
            "--signal=USR1",
            "--batch",
            "--name=bloom-test-0a1b2c",
            "--user=ada",
            key.jobId());
    assertThat(job.runs()).isTrue();
  }
}
