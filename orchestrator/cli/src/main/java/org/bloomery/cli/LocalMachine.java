package org.bloomery.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ServerView;
import org.bloomery.controlplane.config.Home;
import org.bloomery.controlplane.config.HomeException;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.controlplane.process.ProcessRunner;

/** Looks at what a control plane and its local trainings need on this machine. */
final class LocalMachine implements Surroundings.Machine {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int OUTPUT_BYTES_MAX = 8 << 10;

  /** Checkpoints of a tiny training, its data and the state take less. */
  private static final long FREE_BYTES_MIN = 1L << 30;

  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
  private static final String PYTHON = "/usr/bin/python3";
  private static final String IMPORT_TORCH =
      "import platform, torch; print(platform.python_version(), torch.__version__)";

  private final ProcessRunner processes = new ProcessRunner();
  private final Surroundings.Connector connector;

  LocalMachine(Surroundings.Connector connector) {
    this.connector = connector;
  }

  @Override
  public List<Check> examine(Map<String, String> environment) throws InterruptedException {
    List<Check> checks = new ArrayList<>();
    checks.add(Check.ok("java", Runtime.version() + " in " + System.getProperty("java.home")));
    checks.add(program("bash", "bash", List.of("/bin/bash", "--version")));
    checks.add(program("setsid", "util-linux", List.of("/usr/bin/setsid", "--version")));
    checks.add(python());
    addHome(checks, environment);
    checks.add(server(environment));
    return checks;
  }

  private Check program(String name, String installedBy, List<String> argv)
      throws InterruptedException {
    CommandRunner.Result result = run(argv);
    if (result instanceof CommandRunner.Result.Finished done && done.exitCode() == 0) {
      return Check.ok(name, firstLine(done.output()));
    }
    return Check.failed(name, why(result), "Install the package " + installedBy);
  }

  private Check python() throws InterruptedException {
    if (!Files.isExecutable(Path.of(PYTHON))) {
      return Check.failed("python", "there is no " + PYTHON, "Install the package python3-torch");
    }
    CommandRunner.Result result = run(List.of(PYTHON, "-I", "-c", IMPORT_TORCH));
    if (result instanceof CommandRunner.Result.Finished done && done.exitCode() == 0) {
      String[] versions = firstLine(done.output()).split(" ", 2);
      return Check.ok("python", "Python " + versions[0] + " with PyTorch " + versions[1]);
    }
    return Check.warning(
        "python",
        "PyTorch cannot be imported: " + why(result),
        "For trainings on this machine, such as quickstart's, install the package python3-torch");
  }

  private CommandRunner.Result run(List<String> argv) throws InterruptedException {
    return processes.run(
        new CommandRunner.Command(
            argv,
            Optional.empty(),
            Map.of("PATH", PATH, "LC_ALL", "C.UTF-8"),
            PATIENCE,
            OUTPUT_BYTES_MAX));
  }

  private static String why(CommandRunner.Result result) {
    if (result instanceof CommandRunner.Result.Finished done) {
      return "exit code " + done.exitCode() + ", " + lastLine(done.errors());
    }
    if (result instanceof CommandRunner.Result.TimedOut late) {
      return "no answer in " + late.after().toSeconds() + " s";
    }
    return ((CommandRunner.Result.NotStarted) result).why();
  }

  private void addHome(List<Check> checks, Map<String, String> environment) {
    Home home;
    try {
      home = Home.open(Home.locate(environment), FREE_BYTES_MIN);
      checks.add(Check.ok("home", home.root() + " can be written, with exclusive create"));
    } catch (HomeException e) {
      checks.add(Check.failed("home", e.getMessage(), ""));
      return;
    }
    checks.add(ZooKeeperCheck.of(home));
    try {
      checks.add(Check.ok("socket", home.socketDirectory(environment).path() + " is ours alone"));
    } catch (HomeException e) {
      checks.add(Check.failed("socket", e.getMessage(), ""));
      return;
    }
    checks.addAll(new SlurmChecks(processes).of(home, environment));
  }

  private Check server(Map<String, String> environment) {
    try {
      ServerView server = connector.connect(environment).server();
      String which = "version " + server.version() + ", process " + server.pid();
      return Check.ok("server", which + ", home " + server.home());
    } catch (ApiException e) {
      return Check.warning("server", e.getMessage(), "");
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static String lastLine(String text) {
    return text.lines().reduce((first, second) -> second).orElse("no message");
  }
}
