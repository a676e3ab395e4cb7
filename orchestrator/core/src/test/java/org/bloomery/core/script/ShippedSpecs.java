package org.bloomery.core.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.IncludedFiles;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecBinder;
import org.bloomery.core.spec.SpecProblem;
import org.bloomery.core.spec.SpecTexts;

/** The specs and cluster profiles of {@code job-specs}, as somebody reads them who has a clone. */
final class ShippedSpecs {
  private static final Path ROOT = SpecTexts.repositoryFile("job-specs");

  /** In WORK, as the profiles of Jean Zay advise. */
  private static final String HOME = "/gpfswork/rech/six/commun/bloomery";

  private static final BindContext BLOOM =
      new BindContext(
          HOME, "/srv/job-specs/bloom", path -> include(ROOT.resolve("bloom").resolve(path)));

  private ShippedSpecs() {}

  /** The names of the files for the BLOOM family. */
  static List<String> bloomFiles() {
    return names(ROOT.resolve("bloom"), "*.yaml");
  }

  /** One of the specs in {@code job-specs/bloom}, checked against the profiles that are shipped. */
  static RunSpec bloom(String file) {
    return run(file, text("bloom/" + file));
  }

  /** The rehearsal of one of them. */
  static RunSpec bloomCanary(String file) {
    byte[] content = text("bloom/" + file).getBytes(StandardCharsets.UTF_8);
    return run(file, value(SpecBinder.canary(file, content, BLOOM), file));
  }

  private static RunSpec run(String file, String text) {
    return value(SpecBinder.bindRun(file, text, BLOOM, clusters()), file);
  }

  static ClusterProfile clusterOf(RunSpec spec) {
    return clusters().stream()
        .filter(cluster -> cluster.name().equals(spec.cluster()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no profile " + spec.cluster()));
  }

  static String text(String path) {
    return read(ROOT.resolve(path));
  }

  private static List<ClusterProfile> clusters() {
    Path directory = ROOT.resolve("clusters");
    return names(directory, "*.yaml").stream()
        .map(
            name ->
                value(
                    SpecBinder.bindCluster(
                        name,
                        read(directory.resolve(name)),
                        new BindContext(HOME, "/srv/job-specs/clusters")),
                    name))
        .toList();
  }

  private static <T> T value(Bound<T> bound, String file) {
    if (bound instanceof Bound.Value<T> good) {
      return good.value();
    }
    throw new AssertionError(
        bound.problemList().stream()
            .map(SpecProblem::text)
            .collect(Collectors.joining("\n", file + " is not good:\n", "")));
  }

  private static IncludedFiles.Content include(Path file) {
    return Files.exists(file)
        ? new IncludedFiles.Text(read(file))
        : new IncludedFiles.Unreadable("there is no such file");
  }

  private static List<String> names(Path directory, String glob) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names.stream().sorted().toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
