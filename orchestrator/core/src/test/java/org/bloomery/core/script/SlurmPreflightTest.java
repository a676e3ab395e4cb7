package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: a node that cannot train is named before the training starts, and no other node is. */
class SlurmPreflightTest {
  private static final String FREE = "81920, 3";

  @TempDir Path root;
  private SlurmBody body;

  @BeforeEach
  void threeNodes() throws Exception {
    body = new SlurmBody(root);
  }

  @Test
  void withoutToolsItTestsWhatIsThereAndSaysSo() throws Exception {
    SlurmBody.Ended ended = body.run("preflight");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.output())
        .contains("preflight of 3 nodes: nvidia-smi is not there")
        .contains("preflight of 3 nodes: PyTorch is not there");
    assertThat(body.badNodes()).isEmpty();
    assertThat(root.resolve("checkpoints")).isEmptyDirectory();
  }

  @Test
  void goodNodesPassSilently() throws Exception {
    body.withTorch().standIns.devices(FREE, FREE);
    assertThat(body.run("preflight")).isEqualTo(new SlurmBody.Ended(0, ""));
    assertThat(body.badNodes()).isEmpty();
  }

  /** Neither a site's --wait nor its --kill-on-bad-exit may end a node before it has spoken. */
  @Test
  void everyNodeIsHeard() throws Exception {
    body.run("preflight");
    assertThat(body.standIns.words("srun"))
        .contains("--export=ALL", "--wait=0", "--kill-on-bad-exit=0");
  }

  @Test
  void aMissingDeviceIsSeen() throws Exception {
    body.standIns.devices(FREE, FREE).devicesOf("n3", FREE);
    assertAccused("n3", "the driver sees 1 of 2 devices");
  }

  @Test
  void aDeviceThatIsTooSmallIsSeen() throws Exception {
    body.standIns.devices(FREE, FREE).devicesOf("n2", FREE, "40960, 3");
    assertAccused("n2", "device 1 has 40960 MiB of memory, not 81920");
  }

  @Test
  void aDeviceThatAnotherProcessHoldsIsSeen() throws Exception {
    body.standIns.devices(FREE, FREE).devicesOf("n2", "81920, 70000", FREE);
    assertAccused("n2", "only 11920 of 81920 MiB of device 0 are free");
  }

  @ParameterizedTest
  @CsvSource({
    "STAND_IN_SLOW, n2:1=1.6, device 1 needs 1600 microseconds for a product",
    "STAND_IN_SLOW, n2:*=2, 'it needs 2000 microseconds for a product, the other nodes 1000'",
    "STAND_IN_WRONG, n2:0, device 0: a product of matrices is wrong",
    "STAND_IN_FULL, n2:1, only 1024 of 81920 MiB of device 1 are free",
    "STAND_IN_NO_CUDA, n2, PyTorch cannot use the devices that the driver sees"
  })
  void aDeviceThatDoesNotComputeIsSeen(String variable, String value, String fault)
      throws Exception {
    body.withTorch().standIns.devices(FREE, FREE);
    body.environment.put(variable, value);
    assertAccused("n2", fault);
  }

  @Test
  void aNodeThatDoesNotAnswerIsAtFault() throws Exception {
    body.standIns.dead("n1");
    assertAccused("n1", "it gave no answer");
  }

  @Test
  void aNodeThatHangsIsAtFault() throws Exception {
    body.preflight = List.of("if [[ $SLURMD_NODENAME == n3 ]]; then read -r -t 600 <> <(:); fi");
    body.preflightLimit = Duration.ofSeconds(10);
    assertAccused("n3", "it gave no answer");
  }

  @Test
  void theTestsOfTheSpecCount() throws Exception {
    body.preflight = List.of("true", "echo looking; [[ $SLURMD_NODENAME != n2 ]]");
    SlurmBody.Ended ended = assertAccused("n2", "it fails at: echo looking; [[");
    assertThat(ended.output()).as("what the tests said").contains("looking");
  }

  @Test
  void severalNodesCanBeAtFault() throws Exception {
    body.standIns.devices(FREE, FREE).devicesOf("n1", FREE).devicesOf("n3", "none");
    body.run("preflight");
    assertThat(body.badNodes()).containsExactly("n1", "n3");
  }

  /** Tasks share the log, and nothing keeps their lines apart. */
  @Test
  void reportsOnOneLineAreAllHeard() throws Exception {
    String report =
        "BLOOMERY preflight {'faults': [%s], 'microseconds': null, 'node': '%s', 'notes': []}";
    String log =
        (report.formatted("", "n3")
                + report.formatted("'it fails'", "n2")
                + "\n\nslurmstepd: "
                + report.formatted("", "n1")
                + " done\nBLOOMERY preflight {'node")
            .replace('\'', '"');
    Path said = Files.writeString(root.resolve("said"), log);
    Path bad = root.resolve("bad");
    Process judge =
        new ProcessBuilder(
                "python3", "-", "judge", said.toString(), bad.toString(), "n1", "n2", "n3")
            .redirectInput(
                Files.writeString(
                        root.resolve("judge.py"), ScriptSamples.templates().text("preflight.py"))
                    .toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(judge.waitFor()).isEqualTo(1);
    assertThat(Files.readAllLines(bad)).containsExactly("n2");
  }

  @Test
  void whatIsWrongOnAllNodesIsNoNodesFault() throws Exception {
    body.standIns.devices(FREE);
    SlurmBody.Ended ended = body.run("preflight");
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.output())
        .contains("preflight of n2: the driver sees 1 of 2 devices")
        .contains("all 3 nodes fail, so it is no node's fault");
    assertThat(body.badNodes()).isEmpty();
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsSeen() throws Exception {
    Files.createFile(root.resolve("checkpoints"));
    SlurmBody.Ended ended = body.run("preflight");
    assertThat(ended.output()).contains("cannot write into " + root.resolve("checkpoints"));
    assertThat(body.badNodes()).isEmpty();
  }

  private SlurmBody.Ended assertAccused(String node, String fault) throws Exception {
    SlurmBody.Ended ended = body.run("preflight");
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains("bloomery: preflight of " + node + ": " + fault);
    assertThat(body.badNodes()).containsExactly(node);
    return ended;
  }
}
