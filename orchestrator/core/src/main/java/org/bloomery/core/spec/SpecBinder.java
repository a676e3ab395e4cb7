package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads specs: YAML text in, a checked value or all its problems out. It never throws for what a
 * file holds.
 */
public final class SpecBinder {
  /** Documents that the design names, but that nothing reads yet. */
  private static final List<String> KINDS_NOT_YET = List.of("Allocation");

  private static final List<String> KINDS = List.of(RunSchema.KIND, ClusterSchema.KIND);

  private SpecBinder() {}

  /** Reads a {@code TrainingRun} without asking whether its cluster exists. */
  public static Bound<RunSpec> bindRun(String fileName, String text, BindContext context) {
    return bind(RunSchema.KIND, RunSchema.DOCUMENT, RunRules::check).text(fileName, text, context);
  }

  /** Reads a {@code TrainingRun} and checks it against the profiles of the known clusters. */
  public static Bound<RunSpec> bindRun(
      String fileName, String text, BindContext context, List<ClusterProfile> clusters) {
    return runOn(clusters).text(fileName, text, context);
  }

  /** The same from a file's bytes, which need not be UTF-8. */
  public static Bound<RunSpec> bindRun(
      String fileName, byte[] content, BindContext context, List<ClusterProfile> clusters) {
    return runOn(clusters).bytes(fileName, content, context);
  }

  /** Reads a {@code ClusterProfile}. */
  public static Bound<ClusterProfile> bindCluster(
      String fileName, String text, BindContext context) {
    return bind(ClusterSchema.KIND, ClusterSchema.DOCUMENT, ProfileRules::check)
        .text(fileName, text, context);
  }

  /** The same from a file's bytes, which need not be UTF-8. */
  public static Bound<ClusterProfile> bindCluster(
      String fileName, byte[] content, BindContext context) {
    return bind(ClusterSchema.KIND, ClusterSchema.DOCUMENT, ProfileRules::check)
        .bytes(fileName, content, context);
  }

  private static Reading<RunSpec> runOn(List<ClusterProfile> clusters) {
    return bind(
        RunSchema.KIND,
        RunSchema.DOCUMENT,
        facts -> {
          RunRules.check(facts);
          ClusterRules.check(facts, clusters);
        });
  }

  private static <T> Reading<T> bind(String kind, FieldType<T> type, Consumer<Facts> rules) {
    return new Reading<>(kind, type, rules);
  }

  /** How one kind of document is read. */
  private record Reading<T>(String kind, FieldType<T> type, Consumer<Facts> rules) {

    Bound<T> bytes(String fileName, byte[] content, BindContext context) {
      ProblemList problems = new ProblemList(fileName);
      Optional<String> text = SourceText.decode(content, problems);
      return finish(text.flatMap(t -> read(t, problems, context)), problems);
    }

    Bound<T> text(String fileName, String text, BindContext context) {
      ProblemList problems = new ProblemList(fileName);
      return finish(read(text, problems, context), problems);
    }

    private Optional<T> read(String text, ProblemList problems, BindContext context) {
      Optional<YamlNode> root =
          SourceText.check(text, problems).flatMap(body -> YamlReader.read(body, problems));
      if (root.isEmpty() || isAnotherKind(root.get(), problems)) {
        return Optional.empty();
      }
      Binding binding = new Binding(problems, context);
      Optional<T> value = type.bind(root.get(), new Place(binding, "", YamlNode.Mark.START));
      rules.accept(new Facts(binding));
      return value;
    }

    /** A document of another kind gets one problem, not one for each of its fields. */
    private boolean isAnotherKind(YamlNode root, ProblemList problems) {
      Optional<YamlNode.Scalar> given = kindOf(root);
      if (given.isEmpty() || given.get().text().equals(kind)) {
        return false;
      }
      String word = given.get().text();
      if (KINDS_NOT_YET.contains(word)) {
        problems.add(
            SpecCode.NOT_YET,
            given.get().mark(),
            "kind",
            "documents of kind " + word + " are not read yet",
            "Give a document of kind " + kind + ".");
        return true;
      }
      if (KINDS.contains(word)) {
        problems.add(
            SpecCode.WRONG_DOCUMENT,
            given.get().mark(),
            "kind",
            "this is a " + word + ", not a " + kind,
            "Give a document of kind " + kind + ".");
        return true;
      }
      return false;
    }

    private static Optional<YamlNode.Scalar> kindOf(YamlNode root) {
      if (!(root instanceof YamlNode.Mapping map)) {
        return Optional.empty();
      }
      return map.entries().stream()
          .filter(entry -> entry.key().text().equals("kind"))
          .map(YamlNode.Entry::value)
          .filter(YamlNode.Scalar.class::isInstance)
          .map(YamlNode.Scalar.class::cast)
          .findFirst();
    }

    private static <T> Bound<T> finish(Optional<T> value, ProblemList problems) {
      if (problems.hasErrors()) {
        return new Bound.Problems<>(problems.sorted());
      }
      return new Bound.Value<>(
          value.orElseThrow(() -> new IllegalStateException("neither a value nor a problem")),
          problems.sorted());
    }
  }
}
