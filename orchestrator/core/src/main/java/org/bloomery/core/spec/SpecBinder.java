package org.bloomery.core.spec;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Reads specs: YAML text in, a checked value or all its problems out. It never throws for what a
 * file holds.
 */
public final class SpecBinder {
  private static final List<String> KINDS =
      List.of(RunSchema.KIND, ClusterSchema.KIND, AllocationSchema.KIND);

  private SpecBinder() {}

  /** Reads a {@code TrainingRun} without asking whether its cluster exists. */
  public static Bound<RunSpec> bindRun(String fileName, String text, BindContext context) {
    return run(RunJudge.ALONE).text(fileName, text, context);
  }

  /** Reads a {@code TrainingRun} and checks it against the profiles of the known clusters. */
  public static Bound<RunSpec> bindRun(
      String fileName, String text, BindContext context, List<ClusterProfile> clusters) {
    return bindRun(fileName, text, context, KnownSite.of(clusters));
  }

  /** The same from a file's bytes, which need not be UTF-8. */
  public static Bound<RunSpec> bindRun(
      String fileName, byte[] content, BindContext context, List<ClusterProfile> clusters) {
    return bindRun(fileName, content, context, KnownSite.of(clusters));
  }

  /** Reads a {@code TrainingRun} and checks it against all that is known of the site. */
  public static Bound<RunSpec> bindRun(
      String fileName, String text, BindContext context, KnownSite site) {
    return run(RunJudge.at(site)).text(fileName, text, context);
  }

  /** The same from a file's bytes, which need not be UTF-8. */
  public static Bound<RunSpec> bindRun(
      String fileName, byte[] content, BindContext context, KnownSite site) {
    return run(RunJudge.at(site)).bytes(fileName, content, context);
  }

  /**
   * Reads a {@code TrainingRun} that was accepted before. No rule between its fields is applied, so
   * that a version with stricter rules still reads the runs that live.
   */
  public static Bound<RunSpec> readAgain(String fileName, String text, BindContext context) {
    return run(RunJudge.ACCEPTED).text(fileName, text, context);
  }

  /**
   * A {@code TrainingRun} as one text that needs no other file: as it is if it includes none, else
   * with all that it includes merged into it. Its own rules are checked, not those of its cluster.
   */
  public static Bound<String> selfContained(String fileName, byte[] content, BindContext context) {
    return new Reading<>(
            RunSchema.KIND,
            (document, binding) ->
                RevisionReader.bind(document.root(), binding, RunJudge.ALONE)
                    .flatMap(run -> document.selfContained(binding.problems)))
        .bytes(fileName, content, context);
  }

  /**
   * The spec of a rehearsal of a {@code TrainingRun}: half an hour on two nodes, with the same kind
   * of node, environment, data and launcher. It needs no other file, and its comments say what is
   * different.
   */
  public static Bound<String> canary(String fileName, byte[] content, BindContext context) {
    return new Reading<>(
            RunSchema.KIND,
            (document, binding) ->
                RevisionReader.bind(document.root(), binding, RunJudge.ALONE)
                    .map(run -> document.canary(run, context.specDirectory())))
        .bytes(fileName, content, context);
  }

  /** Reads a {@code ClusterProfile}. */
  public static Bound<ClusterProfile> bindCluster(
      String fileName, String text, BindContext context) {
    return cluster().text(fileName, text, context);
  }

  /** The same from a file's bytes, which need not be UTF-8. */
  public static Bound<ClusterProfile> bindCluster(
      String fileName, byte[] content, BindContext context) {
    return cluster().bytes(fileName, content, context);
  }

  /** Reads an {@code Allocation}. */
  public static Bound<Allocation> bindAllocation(
      String fileName, byte[] content, BindContext context) {
    return new Reading<>(
            AllocationSchema.KIND,
            (document, binding) ->
                bind(AllocationSchema.DOCUMENT, document, binding, AllocationSchema::check))
        .bytes(fileName, content, context);
  }

  private static Reading<RunSpec> run(RunJudge judge) {
    return new Reading<>(
        RunSchema.KIND,
        (document, binding) -> RevisionReader.bind(document.root(), binding, judge));
  }

  private static Reading<ClusterProfile> cluster() {
    return new Reading<>(
        ClusterSchema.KIND,
        (document, binding) ->
            bind(ClusterSchema.DOCUMENT, document, binding, ProfileRules::check));
  }

  private static <T> Optional<T> bind(
      FieldType<T> type, Document document, Binding binding, Consumer<Facts> rules) {
    Optional<T> value =
        type.bind(document.root(), new Place(binding, "", binding.problems.start()));
    rules.accept(new Facts(binding));
    return value;
  }

  /**
   * A document with all that it includes.
   *
   * @param text of the file that was named
   * @param merged whether it includes anything
   */
  private record Document(YamlNode root, String text, boolean merged) {
    private static final String HEAD = "# A spec and the files that it includes, as one text.\n";

    Optional<String> selfContained(ProblemList problems) {
      return SourceText.check(
          problems.start().file(), merged ? HEAD + YamlText.of(root) : text, problems);
    }

    /** Only a map can have been bound to a run. */
    String canary(RunSpec run, String specDirectory) {
      return CanaryText.of(run, (YamlNode.Mapping) root, specDirectory);
    }
  }

  /** How one kind of document is read. */
  private record Reading<T>(String kind, BiFunction<Document, Binding, Optional<T>> bind) {

    Bound<T> bytes(String fileName, byte[] content, BindContext context) {
      ProblemList problems = new ProblemList(fileName);
      Optional<String> text = SourceText.decode(fileName, content, problems);
      return finish(text.flatMap(t -> read(t, new Binding(problems, context))), problems);
    }

    Bound<T> text(String fileName, String text, BindContext context) {
      ProblemList problems = new ProblemList(fileName);
      return finish(read(text, new Binding(problems, context)), problems);
    }

    private Optional<T> read(String text, Binding binding) {
      return document(text, binding).flatMap(document -> bind.apply(document, binding));
    }

    private Optional<Document> document(String text, Binding binding) {
      ProblemList problems = binding.problems;
      String file = problems.start().file();
      Optional<YamlNode> root =
          SourceText.check(file, text, problems)
              .flatMap(body -> YamlReader.read(file, body, problems));
      if (root.isEmpty() || isAnotherKind(root.get(), problems)) {
        return Optional.empty();
      }
      // Only runs come in families.
      boolean merged = kind.equals(RunSchema.KIND) && Includes.has(root.get());
      if (!merged) {
        return Optional.of(new Document(root.get(), text, false));
      }
      return Includes.merge(root.get(), new Includes.Source(file, text, kind), binding)
          .map(whole -> new Document(whole, text, true));
    }

    /** A document of another kind gets one problem, not one for each of its fields. */
    private boolean isAnotherKind(YamlNode root, ProblemList problems) {
      Optional<YamlNode.Scalar> given = kindOf(root);
      if (given.isEmpty() || given.get().text().equals(kind)) {
        return false;
      }
      String word = given.get().text();
      if (KINDS.contains(word)) {
        problems.add(
            SpecCode.WRONG_DOCUMENT,
            given.get().mark(),
            "kind",
            "the document is of kind " + word + ", not " + kind,
            "Give a document of kind " + kind + ".");
        return true;
      }
      return false;
    }

    private static Optional<YamlNode.Scalar> kindOf(YamlNode root) {
      if (!(root instanceof YamlNode.Mapping map)) {
        return Optional.empty();
      }
      return map.entry("kind")
          .map(YamlNode.Entry::value)
          .filter(YamlNode.Scalar.class::isInstance)
          .map(YamlNode.Scalar.class::cast);
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
