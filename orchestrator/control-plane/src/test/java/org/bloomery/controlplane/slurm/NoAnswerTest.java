package org.bloomery.controlplane.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bloomery.controlplane.process.CommandRunner.Result;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.Observation;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.port.ResourceManager.JobRequest;
import org.bloomery.core.port.ResourceManager.Submission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: a program of SLURM's that is missing from PATH, or hangs until it is killed, proves nothing
 * about any job; only a submission whose program never ran is known not to have arrived.
 */
class NoAnswerTest {
  private static final Result MISSING = new Result.NotStarted("there is no such program in PATH=/");
  private static final Result HANGS = new Result.TimedOut(Duration.ofMinutes(2), "", "");

  @TempDir private Path root;
  private SlurmWorld world;
  private JobRequest request;
  private JobKey key;

  @BeforeEach
  void runAJob() {
    world = new SlurmWorld(root);
    request = world.prepare(1, "lives");
    world.manager().submit(request);
    key = world.known(world.wanted(request, Optional.empty())).jobs().get(0).key();
    world.untilNextLook();
  }

  static Stream<Result> noAnswers() {
    return Stream.of(MISSING, HANGS);
  }

  private Observation look() {
    return world.observe(world.wanted(request, Optional.of(key))).of(request.jobName());
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void withoutTheQueueNothingIsKnown(Result none) {
    world.silence(SlurmProgram.SQUEUE, none);

    assertThat(look()).isInstanceOf(Observation.Unknown.class);
    assertThat(acts())
        .allSatisfy(act -> assertThat(act).isInstanceOf(Acknowledgement.NotKnown.class));
    assertThat(world.slurm().jobs().get(0).runs()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void withoutTheAccountingAJobThatLeftIsNotKnownToBeOver(Result none) throws Exception {
    world.silence(SlurmProgram.SACCT, none);
    assertThat(look()).as("the queue shows that it lives").isInstanceOf(Observation.Known.class);
    world.slurm().jobs().get(0).finish("FAILED", "1:0", world.slurm().now());
    Files.deleteIfExists(Path.of(request.directory()).resolve("exit.json"));
    world.slurm().advance(FakeSlurm.MIN_JOB_AGE.multipliedBy(2));

    assertThat(look()).isInstanceOf(Observation.Unknown.class);
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void anActThatNobodyConfirmsIsNotKnownToBeDone(Result none) {
    world.silence(SlurmProgram.SCANCEL, none);
    world.silence(SlurmProgram.SCONTROL, none);

    assertThat(world.manager().cancel(key)).isInstanceOf(Acknowledgement.NotKnown.class);
    assertThat(world.manager().shorten(key, Duration.ofMinutes(1)))
        .isInstanceOf(Acknowledgement.NotKnown.class);
  }

  private List<Acknowledgement> acts() {
    SlurmResourceManager manager = world.manager();
    return List.of(
        manager.cancel(key),
        manager.hold(key),
        manager.release(key),
        manager.exclude(key, List.of("node1")),
        manager.warn(key),
        manager.shorten(key, Duration.ofMinutes(1)));
  }

  @Test
  void aSubmissionThatHangsMayHaveArrivedAndOneThatNeverRanHasNot() {
    JobRequest next = world.prepare(2, "lives");
    world.silence(SlurmProgram.SBATCH, HANGS);
    assertThat(world.manager().submit(next)).isInstanceOf(Submission.Ambiguous.class);
    world.silence(SlurmProgram.SBATCH, MISSING);
    assertThat(world.manager().submit(next)).isInstanceOf(Submission.Deferred.class);
  }
}
