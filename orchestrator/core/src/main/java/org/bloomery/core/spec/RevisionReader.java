package org.bloomery.core.spec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bloomery.core.spec.YamlNode.Mapping;
import org.bloomery.core.spec.YamlNode.Mark;

/**
 * Reads a run with its revisions. Each revision is laid over the spec as it was before it, and the
 * whole is bound and judged again, so that every rule holds for each of them.
 */
final class RevisionReader {
  private static final String SPEC = "spec";
  private static final String REVISIONS = "spec.revisions";

  private final RunJudge judge;
  private final Binding first;

  /** As they were found, before their path or their message was made to say when they hold. */
  private final Set<SpecProblem> said;

  private RevisionReader(RunJudge judge, Binding first) {
    this.judge = judge;
    this.first = first;
    this.said = new HashSet<>(first.problems.sorted());
  }

  /** The run, or nothing after at least one problem has been reported. */
  static Optional<RunSpec> bind(YamlNode root, Binding binding, RunJudge judge) {
    Optional<RunSpec> run =
        RunSchema.DOCUMENT.bind(root, new Place(binding, "", binding.problems.start()));
    judge.judge(new Facts(binding), run);
    if (!(root instanceof Mapping document) || binding.at(REVISIONS).isEmpty()) {
      return run;
    }
    Optional<List<Revision>> revisions =
        new RevisionReader(judge, binding).revisions(document, given(binding));
    return run.isPresent() && revisions.isPresent()
        ? Optional.of(run.get().with(revisions.get()))
        : Optional.empty();
  }

  private static List<RevisionSchema.Given> given(Binding binding) {
    List<?> list = (List<?>) binding.at(REVISIONS).orElseThrow().value();
    return list.stream().map(RevisionSchema.Given.class::cast).toList();
  }

  private Optional<List<Revision>> revisions(Mapping document, List<RevisionSchema.Given> given) {
    List<Revision> revisions = new ArrayList<>();
    Mapping spec = ((Mapping) document.entry(SPEC).orElseThrow().value()).without("revisions");
    Binding before = first;
    for (int i = 0; i < given.size(); i++) {
      RevisionSchema.Given revision = given.get(i);
      spec = spec.under(revision.set());
      Binding after = new Binding(new ProblemList(first.problems.start().file()), first.context);
      Optional<RunSpec> bound = bind(with(document, spec), after);
      if (judge.isNew()) {
        inOrder(given, i);
        RevisionRules.check(new Facts(before), new Facts(after), revision.universalCheckpoint());
        universal(before, after, revision, i);
      }
      pass(after.problems.sorted(), revision, i);
      bound.ifPresent(
          run ->
              revisions.add(
                  new Revision(
                      revision.fromIteration(),
                      revision.reason(),
                      revision.universalCheckpoint(),
                      run)));
      before = after;
    }
    return revisions.size() == given.size() ? Optional.of(revisions) : Optional.empty();
  }

  private Optional<RunSpec> bind(Mapping document, Binding binding) {
    Optional<RunSpec> run =
        RunSchema.DOCUMENT.bind(document, new Place(binding, "", binding.problems.start()));
    judge.judge(new Facts(binding), run);
    return run;
  }

  private static Mapping with(Mapping document, Mapping spec) {
    List<YamlNode.Entry> entries =
        document.entries().stream()
            .map(e -> e.key().text().equals(SPEC) ? new YamlNode.Entry(e.key(), spec) : e)
            .toList();
    return new Mapping(entries, document.mark());
  }

  private void inOrder(List<RevisionSchema.Given> given, int i) {
    if (i > 0 && given.get(i).fromIteration() <= given.get(i - 1).fromIteration()) {
      new Facts(first)
          .problem(
              SpecCode.REVISION_ORDER,
              REVISIONS + "[" + i + "].fromIteration",
              "a revision from iteration "
                  + given.get(i).fromIteration()
                  + " on follows one from iteration "
                  + given.get(i - 1).fromIteration()
                  + " on",
              "Order the revisions by iteration, each later than the one before.");
    }
  }

  private void universal(Binding before, Binding after, RevisionSchema.Given revision, int i) {
    if (revision.universalCheckpoint()
        && RevisionRules.replicas(new Facts(before))
            .equals(RevisionRules.replicas(new Facts(after)))) {
      new Facts(first)
          .problem(
              SpecCode.UNIVERSAL_CHECKPOINT,
              REVISIONS + "[" + i + "].universalCheckpoint",
              "the number of replicas does not change here",
              "Remove it: left on, every restart would load that one checkpoint again.");
    }
  }

  /** What is new in this revision, said at the place where it stands. */
  private void pass(List<SpecProblem> found, RevisionSchema.Given revision, int i) {
    Set<Mark> set = new HashSet<>();
    marks(revision.set(), set);
    for (SpecProblem problem : found) {
      if (!said.add(problem)) {
        continue;
      }
      boolean here = set.contains(new Mark(problem.file(), problem.line(), problem.column()));
      if (here) {
        first.problems.add(problem.movedTo(REVISIONS + "[" + i + "].set", SPEC));
      } else {
        first.problems.add(problem.saidOf("from iteration " + revision.fromIteration() + " on"));
      }
    }
  }

  private static void marks(YamlNode node, Set<Mark> marks) {
    marks.add(node.mark());
    if (node instanceof Mapping map) {
      for (YamlNode.Entry entry : map.entries()) {
        marks.add(entry.key().mark());
        marks(entry.value(), marks);
      }
    } else if (node instanceof YamlNode.Sequence list) {
      list.items().forEach(item -> marks(item, marks));
    }
  }
}
