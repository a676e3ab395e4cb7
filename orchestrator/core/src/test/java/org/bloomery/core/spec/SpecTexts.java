package org.bloomery.core.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Spec texts for tests, and short ways to read them. */
public final class SpecTexts {
  public static final BindContext CONTEXT = new BindContext("/home/ada/.bloomery", "/specs/small");

  private SpecTexts() {}

  /** A file of this module's test resources. */
  public static String resource(String name) {
    try (var in = SpecTexts.class.getResourceAsStream("/spec/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the repository, by its path from the root. */
  public static Path repositoryFile(String path) {
    Path here = Path.of("").toAbsolutePath();
    return Stream.iterate(here, directory -> directory != null, Path::getParent)
        .map(directory -> directory.resolve(path))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("not in the repository: " + path));
  }

  /** A whole file. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The spec with every field. */
  public static String small() {
    return resource("small.yaml");
  }

  public static Bound<RunSpec> bind(String text) {
    return SpecBinder.bindRun("run.yaml", text, CONTEXT);
  }

  public static List<SpecProblem> problems(String text) {
    return bind(text).problemList();
  }

  /** The value of a spec that must be good; its problems are the failure's message. */
  public static RunSpec value(String text) {
    Bound<RunSpec> bound = bind(text);
    if (bound instanceof Bound.Value<RunSpec> good) {
      return good.value();
    }
    throw new AssertionError(
        String.join("\n", bound.problemList().stream().map(SpecProblem::text).toList()));
  }

  /** One of the problems has this code and path; with {@code -} as the code, there are none. */
  static void assertJudged(List<SpecProblem> found, String code, String path) {
    if (code.equals("-")) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found)
          .anySatisfy(
              problem -> {
                assertThat(problem.code()).isEqualTo(SpecCode.valueOf(code));
                assertThat(problem.path()).isEqualTo(path);
              });
    }
  }
}
