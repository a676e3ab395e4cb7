package org.bloomery.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Goal: every dependency has its reason. Method: compare the poms with the page that gives it. */
class DependenciesTest {
  private static final Map<String, String> FILES = Repository.files();

  @Test
  void everyLibraryHasItsLineAndEveryLineItsLibrary() {
    SortedSet<String> explained =
        all("(?m)^\\| `([\\w.-]+:[\\w.-]+)` \\| \\S.* \\| \\S.* \\|$", FILES.get(page()));
    assertThat(explained).isEqualTo(named());
  }

  @Test
  void everyPackageHasItsLine() {
    for (String row : all("(?m)^  \"([a-z]+\\|[^|]+)\\|", FILES.get("scripts/packages.sh"))) {
      for (String name : row.replaceFirst(".*\\|", "").split(" ", -1)) {
        assertThat(FILES.get(page())).contains("`" + name + "`");
      }
    }
  }

  private static String page() {
    return "docs/dependencies.md";
  }

  /** What the modules name, without what only manages versions. */
  private static SortedSet<String> named() {
    String poms =
        FILES.entrySet().stream()
            .filter(file -> file.getKey().endsWith("pom.xml"))
            .map(Map.Entry::getValue)
            .map(pom -> pom.replaceAll("(?s)<dependencyManagement>.*?</dependencyManagement>", ""))
            .collect(Collectors.joining());
    SortedSet<String> named =
        all(
            "<(?:dependency|path)>\\s*<groupId>([\\w.-]+</groupId>\\s*<artifactId>[\\w.-]+)<",
            poms.replace("${project.groupId}", "org.bloomery"));
    return named.stream()
        .map(name -> name.replaceFirst("</groupId>\\s*<artifactId>", ":"))
        .filter(name -> !name.startsWith("org.bloomery:"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static SortedSet<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
