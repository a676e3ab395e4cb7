package org.bloomery.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: no rule of tidiness is toothless. Method: one bad and one good example for each. */
class TidyCatchesTest {
  private static final String MAIN = "core/src/main/java/Example.java";

  @Test
  void aLongLine() {
    assertThat(tidy(MAIN, "// " + "long ".repeat(20)).longLines()).hasSize(1);
    assertThat(tidy(MAIN, "x".repeat(100)).longLines()).isEmpty();
  }

  @Test
  void aLongClass() {
    assertThat(tidy(MAIN, "\n".repeat(501)).longClasses()).hasSize(1);
    assertThat(tidy(MAIN, "\n".repeat(500)).longClasses()).isEmpty();
  }

  @Test
  void aLongFunction() {
    assertThat(tidy(MAIN, functionOf(71)).longFunctions())
        .singleElement()
        .asString()
        .startsWith(MAIN + ":2 grow has 71 lines");
    assertThat(tidy(MAIN, functionOf(70)).longFunctions()).isEmpty();
  }

  private static String functionOf(int lines) {
    return "class Example {\n  void grow() {\n" + "    grow();\n".repeat(lines - 2) + "  }\n}\n";
  }

  @Test
  void aDefaultOverAnEnum() {
    String form = "class Example { int f(Phase p) { return switch (p) { case %s -> 1; %s }; } }";
    assertThat(tidy(MAIN, form.formatted("READY", "default -> 2;")).defaultsOverEnums()).hasSize(1);
    assertThat(tidy(MAIN, form.formatted("READY", "case HELD -> 2;")).defaultsOverEnums())
        .isEmpty();
    assertThat(tidy(MAIN, form.formatted("\"text\"", "default -> 2;")).defaultsOverEnums())
        .isEmpty();
    String statement = "class Example { void f(Phase p) { switch (p) { default: break; } } }";
    assertThat(tidy(MAIN, statement).defaultsOverEnums()).hasSize(1);
  }

  @Test
  void aLadderOfInstanceof() {
    assertThat(tidy(MAIN, ladderOf(4)).instanceofLadders()).hasSize(1);
    assertThat(tidy(MAIN, ladderOf(3)).instanceofLadders()).isEmpty();
  }

  private static String ladderOf(int rungs) {
    String rung = "if (fact instanceof Fact.Some some) { use(some); } else ";
    return "class Example { void f(Fact fact) { " + rung.repeat(rungs) + "{ stop(); } } }";
  }

  @Test
  void anOpenTaskWithoutIssue() {
    String word = "TO" + "DO";
    assertThat(tidy("notes.md", word + ": later").openTasks()).hasSize(1);
    assertThat(tidy("notes.md", word + "(#12): later").openTasks()).isEmpty();
  }

  @Test
  void aStrayBlank() {
    assertThat(tidy("a.md", "end \nof\ttab\nfine\n").strayBlanks()).hasSize(2);
    assertThat(tidy("core/src/test/resources/train.log", "end \n").strayBlanks()).isEmpty();
  }

  @Test
  void aNameOfOneMachine() {
    String place = "/ho" + "me/somebody/data";
    String host = "https://deb.deb" + "ian.org/debian";
    assertThat(tidy("a.yaml", place + "\n" + host + "\n").namesOfOneMachine()).hasSize(2);
    assertThat(tidy("a.yaml", "$SCRATCH/" + "work/data\n").namesOfOneMachine()).isEmpty();
  }

  @Test
  void anUnreadFile() {
    var files =
        new TreeMap<>(
            Map.of(
                "docs/lost.md", "",
                "docs/found.md", "",
                "job-specs/nano/model.py", "",
                "job-specs/nano/stray.py", "",
                "job-specs/nano/train.py", "import model\n",
                "README.md", "see docs/found.md, then run train.py on a stray cat"));
    assertThat(new Tidy(files).unreadFiles())
        .hasSize(2)
        .anyMatch(complaint -> complaint.startsWith("docs/lost.md"))
        .anyMatch(complaint -> complaint.startsWith("job-specs/nano/stray.py"));
  }

  @Test
  void anUncleanScript(@TempDir Path directory) throws IOException {
    Path script = directory.resolve("script.sh");
    Files.write(script, List.of("#!/bin/bash", "rm -rf $1/"));
    assertThatThrownBy(() -> Repository.run("shellcheck", script.toString()))
        .hasMessageContaining("SC2086");
  }

  private static Tidy tidy(String path, String text) {
    return new Tidy(new TreeMap<>(Map.of(path, text)));
  }
}
