package org.bloomery.core.script;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Launcher;
import org.bloomery.core.spec.LauncherKind;
import org.bloomery.core.spec.RunSpec;

/** The rendered {@code body.sh} of a job on three nodes, run by a real bash among stand-ins. */
final class SlurmBody {
  /** How the script ended, and all that it said. */
  record Ended(int exitCode, String output) {}

  final SlurmStandIns standIns;
  final SortedMap<String, String> environment = new TreeMap<>();
  List<String> extraArguments = List.of();
  List<String> preflight = List.of();
  Duration preflightLimit = Duration.ofMinutes(5);
  Optional<Integer> masterPort = Optional.of(6000);
  ClusterProfile cluster = ScriptSamples.slurmCluster();
  int nodes = 3;
  String script = "/srv/code/train.py";
  final Path root;
  Path workingDirectory;
  Path attemptDirectory;

  SlurmBody(Path root) throws Exception {
    this.root = root;
    standIns = new SlurmStandIns(root);
    environment.put("PYTHONPATH", withoutTorch(root).toString());
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    workingDirectory = Files.createDirectories(root.resolve("code"));
    attemptDirectory =
        Path.of(AttemptDirectory.of(root.resolve("runs").toString(), ScriptSamples.RUN, 3));
  }

  /** This machine may have PyTorch; the nodes do not. */
  private static Path withoutTorch(Path root) throws Exception {
    Path modules = Files.createDirectory(root.resolve("modules"));
    Files.writeString(modules.resolve("torch.py"), "raise ImportError('no PyTorch here')\n");
    return modules;
  }

  /** PyTorch's stand-in can be imported from now on; it knows two devices on each node. */
  SlurmBody withTorch() throws Exception {
    Path module = Path.of(SlurmBody.class.getResource("/script/torch/__init__.py").toURI());
    environment.put("PYTHONPATH", module.getParent().getParent().toString());
    return this;
  }

  RunSpec spec() {
    return ScriptSamples.slurmSpec(
        nodes,
        new Launcher(
            LauncherKind.MEGATRON_DEEPSPEED,
            Optional.of(standIns.python.toString()),
            script,
            Optional.of(workingDirectory.toString()),
            // A variable that is not set must not end the setup: module systems do such things.
            List.of("export SETUP=\"$NOT_SET\"set\\ up"),
            environment,
            masterPort,
            List.of("--wait=60", "--kill-on-bad-exit=1"),
            new Launcher.Preflight(preflight, preflightLimit),
            Optional.empty(),
            extraArguments));
  }

  AttemptPlan plan() {
    return new AttemptPlan(
        ScriptSamples.RUN,
        new HomeId("c0ffee"),
        3,
        attemptDirectory.toString(),
        root.resolve("checkpoints").toString(),
        Optional.empty(),
        Duration.ofMinutes(3),
        1);
  }

  Ended run(String mode) throws Exception {
    Files.createDirectories(attemptDirectory);
    if (Files.notExists(root.resolve("checkpoints"))) {
      Files.createDirectory(root.resolve("checkpoints"));
    }
    AttemptFiles files =
        new ScriptRenderer(ScriptSamples.templates()).render(plan(), spec(), cluster);
    Path body = Files.writeString(attemptDirectory.resolve("body.sh"), files.bodyScript());
    Path output = root.resolve("output");
    ProcessBuilder bash = new ProcessBuilder("bash", body.toString(), mode);
    bash.environment().clear();
    bash.environment().putAll(standIns.environment());
    bash.redirectErrorStream(true).redirectOutput(output.toFile());
    int code = bash.start().waitFor();
    return new Ended(code, Files.readString(output));
  }

  List<String> badNodes() throws Exception {
    return Files.readAllLines(attemptDirectory.resolve(AttemptFiles.BAD_NODES));
  }
}
