package org.bloomery.cli;

import java.nio.file.Path;
import java.util.List;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.plan.CheckpointSizing;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.KnownSite;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecBinder;
import org.bloomery.core.spec.SpecProblem;
import picocli.CommandLine.Parameters;

/** A command about a spec file. */
abstract class SpecVerb extends Verb {
  @Parameters(index = "0", paramLabel = "SPEC", description = "A TrainingRun, in YAML.")
  private Path spec;

  SpecVerb(Session session) {
    super(session);
  }

  /** A spec that is good, the cluster that it names, and what a person should know of the two. */
  record Checked(RunSpec spec, ClusterProfile cluster, List<SpecProblem> warnings) {}

  /** Reads the file, or fails with a sentence about it. */
  final SpecFile read() {
    return SpecFile.read(session().surroundings().workingDirectory(), spec);
  }

  /** Checks the spec against the known clusters, or fails with all its problems. */
  final Checked check(SpecFile file) {
    List<ClusterProfile> clusters = session().surroundings().site().clusters();
    KnownSite site = new KnownSite(clusters, List.of(), CheckpointSizing::of);
    Bound.Value<RunSpec> spec =
        good(file.name(), SpecBinder.bindRun(file.name(), file.content(), context(file), site));
    return new Checked(spec.value(), cluster(clusters, spec.value().cluster()), spec.warnings());
  }

  /** The spec with all that it includes as one text, or fails with all its own problems. */
  final String selfContained(SpecFile file) {
    return good(file.name(), SpecBinder.selfContained(file.name(), file.content(), context(file)))
        .value();
  }

  /** The spec of a rehearsal, which has been checked like any other. */
  final String canary(SpecFile file) {
    String text =
        good(file.name(), SpecBinder.canary(file.name(), file.content(), context(file))).value();
    List<ClusterProfile> clusters = session().surroundings().site().clusters();
    String name = "the canary of " + file.name();
    good(name, SpecBinder.bindRun(name, text, context(file), clusters));
    return text;
  }

  private BindContext context(SpecFile file) {
    return file.context(session().surroundings().site().home());
  }

  private static <T> Bound.Value<T> good(String name, Bound<T> bound) {
    if (bound instanceof Bound.Value<T> value) {
      return value;
    }
    int count = bound.problemList().size();
    throw new ApiException(
        ApiException.Kind.INVALID,
        name
            + " has "
            + (count == 1 ? "1 problem" : count + " problems")
            + ". Correct it and try again.",
        bound.problemList());
  }

  /** Says what a person should know before the spec is used, on the error stream. */
  final void warn(Checked checked) {
    for (SpecProblem warning : checked.warnings()) {
      session().console().err().println(Terminal.printable(warning.text()));
    }
  }

  private static ClusterProfile cluster(List<ClusterProfile> clusters, String name) {
    return clusters.stream()
        .filter(cluster -> cluster.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiException(
                    ApiException.Kind.INVALID,
                    "no cluster is named "
                        + name
                        + ". Lay its profile into the home's directory clusters"));
  }
}
