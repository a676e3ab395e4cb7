package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: on every node of a SLURM job the launcher starts as BLOOM's did, and tells how it ends. */
class SlurmBodyTest {
  @TempDir Path root;
  private SlurmBody body;

  @BeforeEach
  void threeNodes() throws Exception {
    body = new SlurmBody(root);
  }

  @Test
  void srunStartsOneTaskOnEachNodeInTheEnvironmentOfTheFirst() throws Exception {
    assertThat(body.run("train").exitCode()).isZero();
    assertThat(body.standIns.words("srun"))
        .startsWith(
            "--jobid",
            "40123",
            "--ntasks-per-node=1",
            "--export=ALL",
            "--cpus-per-task=16",
            "--wait=60",
            "--kill-on-bad-exit=1",
            "bash",
            "-c");
  }

  @Test
  void eachNodeGetsTheLauncherWithItsOwnRank() throws Exception {
    assertThat(body.run("train").exitCode()).isZero();
    for (int rank = 0; rank < 3; rank++) {
      assertThat(body.standIns.words("launcher." + rank))
          .startsWith("-u", "-m", "torch.distributed.run", "--node_rank", Integer.toString(rank))
          .containsSequence("--nproc_per_node", "2", "--nnodes", "3")
          .containsSequence(
              "--rdzv_id", "40123", "--rdzv_backend", "c10d", "--rdzv_endpoint", "n1:6000")
          .containsSequence("--max_restarts", "0", "--tee", "3", "/srv/code/train.py");
    }
  }

  @Test
  void eachNodesTrainerGetsTheWordsOfTheSpec() throws Exception {
    body.environment.put("HOSTILE", "it's $(touch pwned)\n\"");
    body.extraArguments = List.of("--title", "it's $(touch pwned) `x`", "line\nbreak", "", "*");
    assertThat(body.run("train").exitCode()).isZero();

    List<String> expected = new ArrayList<>();
    expected.add(body.workingDirectory.toString());
    expected.add("set up");
    expected.add("it's $(touch pwned)\n\"");
    expected.add("/srv/code/train.py");
    expected.addAll(MegatronArguments.of(body.plan(), body.spec(), body.cluster));
    for (int rank = 0; rank < 3; rank++) {
      assertThat(body.standIns.words("trainer." + rank)).isEqualTo(expected).endsWith("*");
    }
    assertThat(body.workingDirectory).isEmptyDirectory();
  }

  @Test
  void whatTheRanksSayComesThrough() throws Exception {
    assertThat(body.run("train").output().lines())
        .contains("rank 0 meets at n1:6000", "rank 2 meets at n1:6000");
  }

  /** The other launchers leave with 1 when srun ends them, as PyTorch's do. */
  @ParameterizedTest
  @ValueSource(ints = {1, 42, 137})
  void theExitCodeOfATaskIsTheBodys(int code) throws Exception {
    body.standIns.rank(
        "trap 'exit 1' TERM",
        "touch \"$SEEN/ready.$SLURM_PROCID\"",
        "until [[ -e $SEEN/ready.0 && -e $SEEN/ready.2 ]]; do sleep 0.1; done",
        "[[ $SLURM_PROCID == 1 ]] && exit " + code,
        "while :; do sleep 0.1; done");
    assertThat(body.run("train").exitCode()).isEqualTo(code);
  }

  @Test
  void whereRanksMeetCanBeTheSitesAndTheJobsOwn() throws Exception {
    body.cluster = ScriptSamples.slurmClusterWithMasterAddress("127.0.0.1");
    body.masterPort = Optional.empty();
    // 10000 + 40123 % 20000
    assertThat(body.run("train").output()).contains("rank 0 meets at 127.0.0.1:10123");
  }

  @ParameterizedTest
  @ValueSource(strings = {"preflight", "train"})
  void aJobOfAnotherSizeIsNotStarted(String mode) throws Exception {
    body.nodes = 48;
    SlurmBody.Ended ended = body.run(mode);
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.output()).contains("the job has 3 nodes, the run needs 48");
    assertThat(body.standIns.saw("srun")).isFalse();
  }
}
