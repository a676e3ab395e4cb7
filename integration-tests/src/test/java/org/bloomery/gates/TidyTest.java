package org.bloomery.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Goal: every file is one that its readers are glad to meet. Method: read them all. */
class TidyTest {
  private static final SortedMap<String, String> FILES = Repository.files();
  private static final Tidy TREE = new Tidy(FILES);

  @Test
  void linesFitTheirWidth() {
    assertHolds(Tidy::longLines);
  }

  @Test
  void classesAreShort() {
    assertHolds(Tidy::longClasses);
  }

  @Test
  void functionsFitOnAScreen() {
    assertHolds(Tidy::longFunctions);
  }

  @Test
  void switchesNameEveryConstant() {
    assertHolds(Tidy::defaultsOverEnums);
  }

  @Test
  void closedSetsAreMatchedNotClimbed() {
    assertHolds(Tidy::instanceofLadders);
  }

  @Test
  void openTasksNameTheirIssue() {
    assertHolds(Tidy::openTasks);
  }

  @Test
  void noBlankIsStray() {
    assertHolds(Tidy::strayBlanks);
  }

  @Test
  void noFileNamesOneMachine() {
    assertHolds(Tidy::namesOfOneMachine);
  }

  @Test
  void everyFileIsRead() {
    assertHolds(Tidy::unreadFiles);
  }

  @Test
  void shellScriptsAreClean() {
    List<String> command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
    // Templates are no scripts yet; what is rendered from them is here too, as golden files.
    FILES.entrySet().stream()
        .filter(file -> !file.getKey().endsWith(".mustache"))
        .filter(file -> file.getValue().matches("(?s)#(!.*\\b(ba)?sh\\n|\\sshellcheck shell=).*"))
        .map(Map.Entry::getKey)
        .forEach(command::add);
    assertThat(command).contains("bloomery", "verify", "scripts/packages.sh", ".ci/run");
    assertThat(Repository.run(command.toArray(String[]::new))).isEmpty();
  }

  private static void assertHolds(Function<Tidy, List<String>> rule) {
    assertThat(rule.apply(TREE)).isEmpty();
  }
}
