package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.spec.Launcher;
import org.bloomery.core.spec.LauncherKind;
import org.bloomery.core.spec.RunSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: the trainer sees exactly the words and variables that the spec holds. A small script stands
 * in for Python: as PyTorch's launcher it starts the command that follows {@code --no_python}, and
 * as the trainer's Python it writes down what it was given.
 */
class BodyScriptTest {
  private static final String STAND_IN =
      """
      #!/bin/bash
      if [[ $1 == -c && $2 == pass ]]; then
        touch "$SEEN.preflight"
      elif [[ $1 == -c ]]; then
        echo 23456
      elif [[ $2 == -m ]]; then
        printf '%s\\0' "$@" > "$SEEN.launcher"
        while [[ $1 != --no_python ]]; do shift; done
        shift
        exec "$@"
      else
        printf '%s\\0' "$PWD" "$SETUP" "$HOSTILE" "$@" > "$SEEN.trainer"
        echo to standard error >&2
      fi
      """;

  private static final List<String> HOSTILE_WORDS =
      List.of("--title", "it's $(touch pwned) `x` \"y\"", "line\nbreak", "", "*", "-n", "é \\");

  @TempDir Path root;
  private Path python;
  private Path workingDirectory;

  @BeforeEach
  void standIn() throws Exception {
    python = Files.writeString(root.resolve("the python"), STAND_IN);
    assertThat(python.toFile().setExecutable(true)).isTrue();
    workingDirectory = Files.createDirectories(root.resolve("it's $HOME"));
  }

  @Test
  void theTrainerGetsTheWordsOfTheSpec() throws Exception {
    RunSpec spec = spec(environment());
    assertThat(runBody(spec, "train")).isEqualTo("to standard error\n");

    List<String> expected = new ArrayList<>();
    expected.add(workingDirectory.toString());
    expected.add("set up");
    expected.add(environment().get("HOSTILE"));
    expected.add("-u");
    expected.add(spec.launcher().script());
    expected.addAll(
        MegatronArguments.of(
            ScriptSamples.plan(2, Optional.of(200L)), spec, ScriptSamples.cluster()));
    assertThat(seen("trainer")).isEqualTo(expected).endsWith("é \\");
    assertThat(workingDirectory).isEmptyDirectory();
  }

  @Test
  void theLauncherStartsOneProcessForEachDeviceAtAFreePort() throws Exception {
    runBody(spec(environment()), "train");
    assertThat(seen("launcher"))
        .startsWith("-u", "-m", "torch.distributed.run")
        .containsSequence("--nproc_per_node", "2")
        .containsSequence("--max_restarts", "0")
        .containsSequence("--master_addr", "127.0.0.1", "--master_port", "23456");
  }

  @Test
  void thePreflightRunsPythonInTheSameEnvironment() throws Exception {
    runBody(spec(environment()), "preflight");
    assertThat(root.resolve("seen.preflight")).exists();
    assertThat(root.resolve("seen.trainer")).doesNotExist();
  }

  @Test
  void aVariablesNameCannotCarryCommands() {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("X;touch pwned", "1");
    assertThatThrownBy(() -> render(spec(environment)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the name of a variable");
  }

  @Test
  void aNameThatATemplateDoesNotGetIsAnError() {
    Templates templates = Templates.read(name -> "{{nobody}}");
    assertThatThrownBy(
            () ->
                new ScriptRenderer(templates)
                    .render(
                        ScriptSamples.plan(1, Optional.empty()),
                        ScriptSamples.spec(),
                        ScriptSamples.cluster()))
        .hasMessageContaining("nobody");
  }

  private SortedMap<String, String> environment() {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("HOSTILE", "it's $(touch pwned)\n\"");
    return environment;
  }

  private RunSpec spec(SortedMap<String, String> environment) {
    return ScriptSamples.spec(
        new Launcher(
            LauncherKind.MEGATRON_DEEPSPEED,
            Optional.of(python.toString()),
            "/srv/it's a/train.py",
            Optional.of(workingDirectory.toString()),
            // A variable that is not set must not end the setup: module systems do such things.
            List.of("export SETUP=\"$NOT_SET\"set\\ up"),
            environment,
            Optional.empty(),
            List.of(),
            new Launcher.Preflight(List.of(), Duration.ofMinutes(5)),
            Optional.empty(),
            HOSTILE_WORDS));
  }

  private static AttemptFiles render(RunSpec spec) {
    return new ScriptRenderer(ScriptSamples.templates())
        .render(ScriptSamples.plan(2, Optional.of(200L)), spec, ScriptSamples.cluster());
  }

  private String runBody(RunSpec spec, String mode) throws Exception {
    Path script = Files.writeString(root.resolve("body.sh"), render(spec).bodyScript());
    Path output = root.resolve("output");
    ProcessBuilder bash = new ProcessBuilder("bash", script.toString(), mode);
    bash.environment().put("SEEN", root.resolve("seen").toString());
    bash.redirectOutput(output.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
    assertThat(bash.start().waitFor()).isZero();
    return Files.readString(output);
  }

  private List<String> seen(String by) throws Exception {
    String text = Files.readString(root.resolve("seen." + by), StandardCharsets.UTF_8);
    List<String> words = List.of(text.split("\0", -1));
    return words.subList(0, words.size() - 1);
  }
}
