package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bloomery.core.id.AttemptDirectory;
import org.bloomery.core.spec.Resources;
import org.bloomery.core.spec.RunSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: values that no check has stopped do nothing but arrive. The binder refuses nearly all of
 * these; here they are put past it, into rendered scripts that a real bash runs.
 */
class HostileScriptTest {
  private static final List<String> PIECES =
      List.of(
          "'",
          "\"",
          "\\",
          "\n",
          "\r",
          "\t",
          " ",
          "$(touch pwned)",
          "`touch pwned`",
          "${HOME}",
          ";",
          "&",
          "|",
          ">",
          "<",
          "*",
          "?",
          "#",
          "!",
          "~",
          "-",
          "--load",
          "=",
          "../",
          "{{x}}",
          "%j",
          "\nPYTHON\n",
          "\n#SBATCH --uid=root\n",
          "é",
          "日",
          "\u0001",
          "a",
          "Z",
          "7");

  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void hostileValuesArriveAsTheyAre(long seed) throws Exception {
    Random random = new Random(seed);
    SlurmBody body = new SlurmBody(root);
    body.workingDirectory = Files.createDirectories(root.resolve("code " + name(random)));
    body.attemptDirectory =
        Path.of(
            AttemptDirectory.of(
                root.resolve("runs " + name(random)).toString(), ScriptSamples.RUN, 3));
    body.script = "/" + name(random) + "/train.py";
    body.environment.put("HOSTILE", text(random));
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      arguments.add(text(random));
    }
    body.extraArguments = arguments;

    SlurmBody.Ended preflight = body.run("preflight");
    assertThat(preflight.exitCode()).as(preflight.output()).isZero();
    SlurmBody.Ended train = body.run("train");
    assertThat(train.exitCode()).as(train.output()).isZero();
    List<String> expected =
        new ArrayList<>(
            List.of(
                body.workingDirectory.toString(),
                "set up",
                body.environment.get("HOSTILE"),
                body.script));
    expected.addAll(MegatronArguments.of(body.plan(), body.spec(), body.cluster));
    assertThat(expected).containsAll(arguments);
    assertThat(body.standIns.words("trainer.1")).isEqualTo(expected);
    try (var files = Files.walk(root)) {
      assertThat(files).noneMatch(file -> file.endsWith("pwned"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "x\n#SBATCH --uid=root",
        "x\r#SBATCH --uid=root",
        "x\t--uid=root",
        "x #",
        "x#",
        "'x'",
        "\"x\"",
        "x\\",
        "$(id)",
        "`id`",
        "x;id",
        "x\u00a0y",
        "x\u2028y",
        "é"
      })
  void noHostileValueGetsOntoADirective(String hostile) throws Exception {
    SlurmBody body = new SlurmBody(root);
    RunSpec spec = body.spec();
    for (int field = 0; field < 7; field++) {
      RunSpec changed = withResources(spec, hostile, field);
      assertThatThrownBy(
              () ->
                  new ScriptRenderer(ScriptSamples.templates())
                      .render(body.plan(), changed, body.cluster))
          .as("field %d", field)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not a value for an #SBATCH line");
    }
  }

  @Test
  void whatSitesUseDoesGetOntoADirective() {
    for (String value :
        List.of("six@a100", "gpu_p5", "iam[34-35],iam40", "a100&ib", "8:00:00", "a=b", "50%")) {
      assertThat(SbatchValue.require(value)).isEqualTo(value);
    }
  }

  private static RunSpec withResources(RunSpec spec, String hostile, int field) {
    Resources old = spec.resources();
    TreeMap<String, String> extra = new TreeMap<>();
    if (field == 5) {
      extra.put("comment", hostile);
    } else if (field == 6) {
      extra.put("x" + hostile, "1");
    }
    Resources resources =
        new Resources(
            old.nodes(),
            old.gpusPerNode(),
            old.cpusPerTask(),
            old.exclusive(),
            old.hint(),
            Optional.of(field == 0 ? hostile : "six@a100"),
            old.partition(),
            Optional.of(field == 1 ? hostile : "a100"),
            Optional.of(field == 2 ? hostile : "qos"),
            Optional.of(field == 3 ? hostile : "hug"),
            old.timeLimit(),
            List.of(field == 4 ? hostile : "iam40"),
            extra);
    return ScriptSamples.with(spec, resources, spec.revisions());
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  /** One part of a path. */
  private static String name(Random random) {
    return "x" + text(random).replace("/", "");
  }
}
