package org.bloomery.core.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.spec.YamlNode.Mapping;
import org.bloomery.core.spec.YamlNode.Mark;

/**
 * Lays a document over the files that it includes. Later files win over earlier ones, and the
 * document itself over all; what they hold keeps its place in its own file.
 */
final class Includes {
  static final int DEPTH_MAX = 8;
  static final int FILES_MAX = 64;

  /** The list of files; at the top of a document of any kind. */
  static final Field<List<String>> FIELD =
      Field.withDefault(
          "include",
          new ListOf<>(new RelativePath(), 0, 32),
          List.of(),
          "files whose fields hold where this one says nothing, beside this one");

  private static final String UP = "..";

  private final Binding binding;
  private final String root;
  private final String kind;
  private final Map<String, Optional<Mapping>> read = new HashMap<>();
  private long bytes;

  private Includes(Binding binding, Source source) {
    this.binding = binding;
    this.root = source.file();
    this.kind = source.kind();
    this.bytes = utf8(source.text());
  }

  /**
   * What a person named.
   *
   * @param file as it was named, for messages
   */
  record Source(String file, String text, String kind) {}

  /** The one document that remains, or nothing if a part of it could not be had. */
  static Optional<YamlNode> merge(YamlNode document, Source source, Binding binding) {
    if (!(document instanceof Mapping map)) {
      return Optional.of(document);
    }
    Optional<Mapping> merged =
        new Includes(binding, source)
            .below(
                map,
                List.of(),
                List.of(source.file().substring(source.file().lastIndexOf('/') + 1)));
    return merged.map(YamlNode.class::cast);
  }

  static boolean has(YamlNode document) {
    return document instanceof Mapping map && map.entry(FIELD.name()).isPresent();
  }

  /**
   * A document over what it includes.
   *
   * @param directory of its file, as steps from the directory of the first one
   * @param chain files that are being read, each of which includes the next
   */
  private Optional<Mapping> below(Mapping document, List<String> directory, List<String> chain) {
    Optional<YamlNode.Entry> include = document.entry(FIELD.name());
    if (include.isEmpty()) {
      return Optional.of(document);
    }
    Place place = new Place(binding, FIELD.name(), include.get().key().mark());
    Optional<List<String>> paths = FIELD.bind(include.get().value(), place);
    if (paths.isEmpty()) {
      return Optional.empty();
    }
    List<YamlNode> entries = ((YamlNode.Sequence) include.get().value()).items();
    boolean whole = true;
    Mapping base = new Mapping(List.of(), document.mark());
    for (int i = 0; i < paths.get().size(); i++) {
      Place here = place.item(i, entries.get(i).mark());
      Optional<Mapping> part = file(paths.get().get(i), directory, chain, here);
      whole &= part.isPresent();
      base = base.under(part.orElse(base));
    }
    return whole ? Optional.of(base.under(document.without(FIELD.name()))) : Optional.empty();
  }

  private Optional<Mapping> file(
      String written, List<String> directory, List<String> chain, Place place) {
    List<String> steps = steps(directory, written);
    String path = String.join("/", steps);
    if (steps.size() > 1 && steps.get(1).equals(UP)) {
      return refuse(
          place,
          SpecCode.INCLUDE_PATH,
          Shown.quoted(written) + " leads out of the directories of the spec",
          "Keep all files in the spec's directory, below it, or in a directory beside it.");
    }
    if (chain.contains(path)) {
      return refuse(
          place,
          SpecCode.INCLUDE_CYCLE,
          Shown.quoted(path) + " includes itself: " + String.join(", ", chain) + ", " + path,
          "Remove one of these includes.");
    }
    if (chain.size() > DEPTH_MAX || (read.size() >= FILES_MAX && !read.containsKey(path))) {
      return refuse(
          place,
          SpecCode.INCLUDE_LIMIT,
          "includes nest deeper than " + DEPTH_MAX + " levels, or are more than " + FILES_MAX,
          "Bring them together in fewer files.");
    }
    // Each file is read once, however often it is included; nobody may make it grow by that.
    Optional<Mapping> known = read.get(path);
    if (known == null) {
      known = load(path, steps, with(chain, path), place);
      read.put(path, known);
    }
    return known;
  }

  private Optional<Mapping> load(String path, List<String> steps, List<String> chain, Place place) {
    String shown = shown(path);
    IncludedFiles.Content content = binding.context.includes().read(path);
    if (content instanceof IncludedFiles.Unreadable unreadable) {
      return refuse(
          place,
          SpecCode.INCLUDE_UNREADABLE,
          shown + " cannot be included: " + Shown.plain(unreadable.why()),
          "Check the path and its permissions.");
    }
    Optional<String> text =
        SourceText.check(shown, ((IncludedFiles.Text) content).text(), binding.problems);
    bytes += text.map(Includes::utf8).orElse(0L);
    if (bytes > SourceText.BYTES_MAX) {
      return refuse(
          place,
          SpecCode.INCLUDE_LIMIT,
          "with this file the spec has "
              + bytes
              + " bytes, at most "
              + SourceText.BYTES_MAX
              + " are read",
          "Include less.");
    }
    Optional<YamlNode> document =
        text.flatMap(body -> YamlReader.read(shown, body, binding.problems));
    if (document.isEmpty()) {
      return Optional.empty();
    }
    if (!(document.get() instanceof Mapping map)) {
      return refuse(
          place.at(Mark.startOf(shown)),
          SpecCode.WRONG_KIND,
          "fields are needed here",
          "Write the fields that the including files have in common.");
    }
    return isAnotherKind(map)
        ? Optional.empty()
        : below(map, steps.subList(0, steps.size() - 1), chain);
  }

  /** A part need not name its kind; if it does, it is a part of that kind only. */
  private boolean isAnotherKind(Mapping part) {
    Optional<YamlNode.Entry> given = part.entry("kind");
    boolean other =
        given.isPresent()
            && given.get().value() instanceof YamlNode.Scalar word
            && !word.text().equals(kind);
    if (other) {
      binding.problems.add(
          SpecCode.WRONG_DOCUMENT,
          given.get().value().mark(),
          "kind",
          "this is not a part of a " + kind,
          "Include only parts of the same kind.");
    }
    return other;
  }

  private static List<String> steps(List<String> directory, String written) {
    List<String> steps = new ArrayList<>(directory);
    for (String name : written.split("/", -1)) {
      String last = steps.isEmpty() ? UP : steps.get(steps.size() - 1);
      boolean back = name.equals(UP) && !last.equals(UP) && !last.equals(".") && !last.isEmpty();
      if (back) {
        steps.remove(steps.size() - 1);
      } else {
        steps.add(name);
      }
    }
    return steps;
  }

  private static List<String> with(List<String> chain, String path) {
    List<String> longer = new ArrayList<>(chain);
    longer.add(path);
    return longer;
  }

  /** The file as a person would name it who stands where the first one was named. */
  private String shown(String path) {
    List<String> directory = new ArrayList<>(List.of(root.split("/", -1)));
    directory.remove(directory.size() - 1);
    return String.join("/", steps(directory, path));
  }

  private static long utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static Optional<Mapping> refuse(
      Place place, SpecCode code, String message, String advice) {
    place.problem(code, message, advice);
    return Optional.empty();
  }
}
