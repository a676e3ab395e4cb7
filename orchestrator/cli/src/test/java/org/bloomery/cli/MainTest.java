package org.bloomery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.FakeControlPlane;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit codes, complaints, and text that must not reach a terminal as it is. */
class MainTest {
  private static final String HOSTILE = "a\u001b[2Jb\u009b31mc\u202ed\u0007e\rf\u2028g";
  private static final String[] VERBS_WITH_SERVER = {
    "list",
    "status bloom-nano",
    "describe bloom-nano",
    "events bloom-nano",
    "explain bloom-nano",
    "logs bloom-nano",
    "cancel bloom-nano",
    "stop bloom-nano",
    "save bloom-nano",
    "hold bloom-nano",
    "release bloom-nano",
    "resume bloom-nano",
    "nodes list",
    "nodes exclude iam34",
    "nodes readmit iam34",
    "checkpoints list bloom-nano",
    "checkpoints verify bloom-nano",
    "report usage",
    "submit small.yaml"
  };

  private final FakeControlPlane plane = new FakeControlPlane();

  @ParameterizedTest
  @EnumSource
  void eachKindOfNoHasItsExitCode(ApiException.Kind kind) {
    plane.failWith(new ApiException(kind, "not so. Do this"));

    for (String verb : VERBS_WITH_SERVER) {
      Screen.Printed printed = new Screen(plane).type(verb.split(" ", -1));
      assertThat(printed.code()).as(verb).isEqualTo(kind.exitCode());
      assertThat(printed.err()).as(verb).isEqualTo("bloomery: not so. Do this\n");
      assertThat(printed.out()).as(verb).isEmpty();
    }
  }

  @Test
  void anUnexpectedErrorIsOneSentenceAndTellsHowToSeeMore() {
    plane.failWith(new IllegalStateException("boom"));

    for (String verb : VERBS_WITH_SERVER) {
      Screen.Printed printed = new Screen(plane).type(verb.split(" ", -1));
      assertThat(printed.code()).isEqualTo(1);
      assertThat(printed.err().lines()).hasSize(1);
      assertThat(printed.err()).contains("boom", "BLOOMERY_DEBUG=1").doesNotContain("\tat ");
    }
    Screen.Printed debug = new Screen(plane).with(Map.of("BLOOMERY_DEBUG", "1")).type("list");
    assertThat(debug.err()).contains("\tat org.bloomery");
  }

  @ParameterizedTest
  @CsvSource({
    "lst, Did you mean",
    "describe, bloomery describe --help",
    "status Bad_Name, a run's name has",
    "status a b, bloomery status --help",
    "list --nope, bloomery list --help",
    "list -o xml, bloomery list --help",
    "logs bloom-nano --attempt one, bloomery logs --help",
    "logs bloom-nano --attempt 0, above 0",
    "logs bloom-nano -o json, Leave it out",
    "resume bloom-nano --from, bloomery resume --help",
    "checkpoints, 'list, verify'",
    "report, usage",
    "nodes, 'list, exclude, readmit'",
    "nodes exclude, bloomery nodes exclude --help",
    "nodes exclude iam34 --for 2, 'a time with its units'",
    "nodes exclude iam34 --for 0s, 'a time with its units'",
    "hold, bloomery hold --help",
    "plan small.yaml --at 0, iterations 1 to",
    "plan small.yaml --at 9999999, iterations 1 to",
    "plan small.yaml --tflops 0, above 0",
    "plan small.yaml --seconds-per-iteration NaN, above 0",
    "plan small.yaml --to x.txt, goes with --canary",
  })
  void badUsageIsOneLineWithAHint(String line, String hint) {
    Screen.Printed printed = new Screen(plane).type(line.split(" ", -1));

    assertThat(printed.code()).isEqualTo(2);
    assertThat(printed.out()).isEmpty();
    assertThat(printed.err().lines()).hasSize(1);
    assertThat(printed.err()).startsWith("bloomery: ").contains(hint);
    assertThat(plane.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"validate", "plan", "render", "submit", "submit --dry-run"})
  void aSpecThatCannotBeReadIsBadUsage(String verb, @TempDir Path directory) throws Exception {
    Files.createDirectory(directory.resolve("folder.yaml"));
    Process fifo = new ProcessBuilder("mkfifo", directory + "/pipe.yaml").start();
    assertThat(fifo.waitFor()).isZero();
    Files.write(directory.resolve("huge.yaml"), new byte[300 << 10]);
    Files.write(directory.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe9});
    Files.createSymbolicLink(directory.resolve("loop.yaml"), directory.resolve("loop.yaml"));

    for (String name : new String[] {"no", "folder", "pipe", "huge", "latin", "loop"}) {
      String[] arguments = (verb + " " + name + ".yaml").split(" ", -1);
      Screen.Printed printed = new Screen(plane).in(directory).type(arguments);
      assertThat(printed.code()).as(name).isEqualTo(2);
      assertThat(printed.err()).as(name).contains(name + ".yaml").doesNotContain("\tat ");
    }
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void hostileTextNeverReachesTheTerminalAsItIs() {
    plane.withLog(HOSTILE + "\nnext line\n").withWhy(HOSTILE);

    for (String verb : VERBS_WITH_SERVER) {
      for (String format : new String[] {"", " -o json", " -o yaml"}) {
        if (verb.startsWith("logs") && !format.isEmpty()) {
          continue;
        }
        assertHarmless(new Screen(plane).type((verb + format).split(" ", -1)));
      }
    }
    plane.failWith(new ApiException(ApiException.Kind.REFUSED, HOSTILE));
    assertHarmless(new Screen(plane).type("list"));
    assertHarmless(new Screen(plane).type("status", HOSTILE));
    assertHarmless(new Screen(plane).type("validate", HOSTILE));
    assertHarmless(new Screen(plane).type(HOSTILE));
  }

  private static void assertHarmless(Screen.Printed printed) {
    String all = printed.out() + printed.err();
    assertThat(all).isNotEmpty();
    assertThat(all.replace("\n", "").replace("\t", ""))
        .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
  }

  @Test
  void logsComeWholeAndFollowUntilTheAttemptIsOver() {
    String text = "line with an é\n".repeat(20);
    plane.withLog(text);

    assertThat(new Screen(plane).type("logs", "bloom-nano").out()).isEqualTo(text);
    assertThat(new Screen(plane).type("logs", "bloom-nano", "-f").out()).isEqualTo(text);
    assertThat(new Screen(plane).type("logs", "bloom-nano", "--last", "15").out())
        .isEqualTo("line with an é\n");
    new Screen(plane).type("logs", "bloom-nano", "--attempt", "1");
    assertThat(plane.calls()).contains("log bloom-nano attempt 1 offset 0");
  }

  @ParameterizedTest
  @CsvSource({"succeeded, 0", "cancelled, 1", "held, 3"})
  void waitingEndsWithTheRun(String end, int code) {
    plane.withPhases("ready", "pending", "running", "running", end);
    Screen screen = new Screen(plane);

    Screen.Printed printed = screen.type("submit", "small.yaml", "--wait", "-o", "json");

    assertThat(printed.code()).isEqualTo(code);
    assertThat(printed.out()).contains("\"phase\" : \"" + end + "\"");
    assertThat(printed.err().lines())
        .containsExactly(
            "bloomery: bloom-nano: ready, attempt 2",
            "bloomery: bloom-nano: pending, attempt 2",
            "bloomery: bloom-nano: running, attempt 2");
    assertThat(screen.rests()).isEqualTo(5);
  }

  @Test
  void whatIsSubmittedIsTheTextAndItsPlace() {
    new Screen(plane).type("submit", "small.yaml", "--again");

    assertThat(plane.calls())
        .containsExactly("submit small.yaml in " + Screen.SPECS + " again=true by ");
  }

  /** The control plane cannot read what lies on the disks of a person's machine. */
  @Test
  void whatIsSubmittedHoldsAllThatItIncludes() {
    Screen.Printed printed = new Screen(plane).type("submit", "family/large.yaml");

    assertThat(printed.code()).isZero();
    assertThat(plane.calls())
        .containsExactly(
            "submit family/large.yaml in " + Screen.SPECS.resolve("family") + " again=false by ");
    assertThat(plane.submitted())
        .doesNotContain("include:")
        .contains("name: large", "layers: 8", "gpuHours: 3", "hiddenSize: 160");
  }

  @Test
  void nothingIsSubmittedWhileTheSpecHasAProblem() {
    Screen.Printed printed = new Screen(plane).type("submit", "family/broken.yaml");

    assertThat(printed.code()).isEqualTo(2);
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void aDryRunAsksNobody() {
    assertThat(new Screen(plane).type("submit", "small.yaml", "--dry-run").code()).isZero();
    assertThat(plane.calls()).isEmpty();
  }

  @Test
  void renderWritesTheSameFilesThatItShows(@TempDir Path directory) throws Exception {
    Screen screen = new Screen(plane);
    String shown = screen.type("render", "small.yaml").out();

    Screen.Printed printed =
        screen.type("render", "small.yaml", "--to", directory.resolve("a/b").toString());

    assertThat(printed.code()).isZero();
    for (String file : new String[] {"job.sh", "body.sh", "ds_config.json"}) {
      assertThat(shown).contains(Files.readString(directory.resolve("a/b").resolve(file)));
    }
  }

  @Test
  void serveAndQuickstartEndWithTheCodeOfWhatTheyStart() {
    assertThat(new Screen().type("serve").code()).isEqualTo(7);
    assertThat(new Screen().type("quickstart").code()).isEqualTo(8);
  }

  @Test
  void doctorFailsOnlyIfACheckFailed() {
    Check warning = Check.warning("server", "none", "Start one");

    assertThat(new Screen().finding(warning).type("doctor").code()).isZero();
    assertThat(
            new Screen().finding(warning, Check.failed("home", "full", "")).type("doctor").code())
        .isEqualTo(1);
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(new Screen().type("--version").out()).matches("bloomery \\S+\\n");
  }
}
