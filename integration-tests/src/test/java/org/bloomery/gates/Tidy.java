package org.bloomery.gates;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What makes a tree of files untidy. Every rule gives its complaints, each with the place, what is
 * wrong there and what to do.
 */
final class Tidy {
  static final int COLUMNS_MAX = 100;
  static final int CLASS_LINES_MAX = 500;

  private static final Pattern OPEN_TASK = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
  private static final Pattern OPEN_TASK_WITH_ISSUE =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\(#[0-9]+\\)");

  /** Ada's home is nobody's: the examples in the tests live there. */
  private static final Pattern PLACE_OF_ONE_MACHINE =
      Pattern.compile("(?<![\\w.$}])/(?:home(?!/ada\\b)|root|work|Users)/\\w");

  private static final Pattern REGISTRY =
      Pattern.compile(
          "repo1?\\.maven\\.(?:apache\\.)?org|registry\\.npmjs|registry\\.yarnpkg|pypi\\.org"
              + "|deb\\.debian\\.org|security\\.debian\\.org|jitpack\\.io");

  /** What others may read as they like, word for word. */
  private static final Pattern FOREIGN = Pattern.compile("LICENSE|.*/src/test/resources/.*");

  /** Folders in which a file that nobody mentions is a file that nobody reads. */
  private static final Pattern MENTIONED =
      Pattern.compile("(?:job-specs|slurm-templates|docs|monitoring)/.*");

  private static final Pattern UNITTEST = Pattern.compile("(?:.*/)?(?:test_\\w+|__init__)\\.py");

  private final SortedMap<String, String> files;
  private final SortedMap<String, SourceFile> sources = new TreeMap<>();

  /** Takes the text of each file by its path from the root, with {@code /} between the parts. */
  Tidy(Map<String, String> files) {
    this.files = new TreeMap<>(files);
    this.files.forEach(
        (path, text) -> {
          if (path.endsWith(".java")) {
            sources.put(path, SourceFile.parse(path, text));
          }
        });
  }

  /** What is rendered is as wide as the values in it. */
  List<String> longLines() {
    return lines("^(?!slurm-templates/golden/).*\\.(java|sh|py)$|^(bloomery|verify)$|^\\.ci/")
        .filter(line -> line.text().codePointCount(0, line.text().length()) > COLUMNS_MAX)
        .filter(line -> !line.text().startsWith("import "))
        .map(line -> line.at() + "longer than " + COLUMNS_MAX + " columns. Break the line.")
        .toList();
  }

  List<String> longClasses() {
    return matching("\\.java$")
        .filter(file -> file.getValue().lines().count() > CLASS_LINES_MAX)
        .map(
            file ->
                "%s has %d lines, the limit is %d. Find the second class in it."
                    .formatted(file.getKey(), file.getValue().lines().count(), CLASS_LINES_MAX))
        .toList();
  }

  List<String> longFunctions() {
    return sources.values().stream().flatMap(source -> source.longFunctions().stream()).toList();
  }

  List<String> defaultsOverEnums() {
    return product().flatMap(source -> source.defaultsOverEnums().stream()).toList();
  }

  List<String> instanceofLadders() {
    return product().flatMap(source -> source.instanceofLadders().stream()).toList();
  }

  List<String> openTasks() {
    return lines("")
        .filter(line -> OPEN_TASK.matcher(line.text()).find())
        .filter(line -> !OPEN_TASK_WITH_ISSUE.matcher(line.text()).find())
        .map(line -> line.at() + "an open task that nobody will find. Write TO" + "DO(#issue).")
        .toList();
  }

  List<String> strayBlanks() {
    return lines("")
        .filter(line -> line.text().indexOf('\t') >= 0 || line.text().endsWith(" "))
        .map(line -> line.at() + "a tab, or blanks at the end of the line. Remove them.")
        .toList();
  }

  List<String> namesOfOneMachine() {
    return lines("")
        .filter(
            line ->
                PLACE_OF_ONE_MACHINE.matcher(line.text()).find()
                    || REGISTRY.matcher(line.text()).find())
        .map(
            line ->
                line.at()
                    + "names a place of one machine or one registry's host. The tools are told"
                    + " by their own settings where to look.")
        .toList();
  }

  /** A file is read if another one names it; a Python module also if another one imports it. */
  List<String> unreadFiles() {
    List<String> found = new ArrayList<>();
    for (String path : files.keySet()) {
      if (!MENTIONED.matcher(path).matches() || UNITTEST.matcher(path).matches()) {
        continue;
      }
      String name = path.substring(path.lastIndexOf('/') + 1);
      String stem = name.replaceFirst("\\.py$", "");
      String mention = "(?<![\\w.-])" + Pattern.quote(name) + "(?!\\w)";
      String imported = "(?m)^\\s*(?:import|from) (?:\\w+, )*" + Pattern.quote(stem) + "\\b";
      Pattern use = Pattern.compile(name.endsWith(".py") ? mention + "|" + imported : mention);
      boolean read =
          files.entrySet().stream()
              .filter(other -> !other.getKey().equals(path))
              .anyMatch(other -> use.matcher(other.getValue()).find());
      if (!read) {
        found.add(path + " is named by no other file. Use it, mention it, or remove it.");
      }
    }
    return found;
  }

  private Stream<Map.Entry<String, String>> matching(String pattern) {
    Pattern wanted = Pattern.compile(pattern);
    return files.entrySet().stream().filter(file -> wanted.matcher(file.getKey()).find());
  }

  private Stream<SourceFile> product() {
    return sources.entrySet().stream()
        .filter(source -> source.getKey().contains("/src/main/"))
        .map(Map.Entry::getValue);
  }

  private record Line(String path, int number, String text) {
    String at() {
      return path + ":" + number + " ";
    }
  }

  private Stream<Line> lines(String pattern) {
    return matching(pattern)
        .filter(file -> !FOREIGN.matcher(file.getKey()).matches())
        .flatMap(
            file -> {
              List<String> lines = file.getValue().lines().toList();
              return IntStream.range(0, lines.size())
                  .mapToObj(i -> new Line(file.getKey(), i + 1, lines.get(i)));
            });
  }
}
