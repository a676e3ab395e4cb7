package org.bloomery.controlplane.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.SpecBinder;
import org.bloomery.core.spec.SpecProblem;

/**
 * The clusters that specs may name: those that Bloomery ships, and the user's own in {@code
 * <home>/clusters}, which take the place of a shipped one of the same name.
 */
public final class ClusterProfiles {
  private static final String SHIPPED = "/org/bloomery/clusters/";
  private static final List<String> SHIPPED_FILES =
      List.of(
          "jean-zay-a100.yaml",
          "jean-zay-a100-later.yaml",
          "jean-zay-h100.yaml",
          "jean-zay-v100.yaml",
          "local.yaml",
          "test-cluster.yaml");

  private ClusterProfiles() {}

  /** A profile that cannot be read, with all its problems. */
  public static final class BadProfileException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<SpecProblem> problems;

    BadProfileException(List<SpecProblem> problems) {
      super(problems.get(0).text());
      this.problems = List.copyOf(problems);
    }

    public List<SpecProblem> problems() {
      return problems;
    }
  }

  /**
   * All profiles, sorted by name.
   *
   * @throws BadProfileException if one of the user's is not good
   */
  public static List<ClusterProfile> load(Path home) {
    Map<String, ClusterProfile> profiles = new TreeMap<>();
    for (String file : SHIPPED_FILES) {
      add(profiles, file, shipped(file), new BindContext(home.toString(), home.toString()));
    }
    for (Path file : own(home.resolve("clusters"))) {
      String directory = String.valueOf(file.toAbsolutePath().getParent());
      add(profiles, file.toString(), read(file), new BindContext(home.toString(), directory));
    }
    return new ArrayList<>(profiles.values());
  }

  /** The profile of this name. */
  public static Optional<ClusterProfile> find(List<ClusterProfile> profiles, String name) {
    return profiles.stream().filter(profile -> profile.name().equals(name)).findFirst();
  }

  private static void add(
      Map<String, ClusterProfile> profiles, String file, byte[] content, BindContext context) {
    Bound<ClusterProfile> bound = SpecBinder.bindCluster(file, content, context);
    if (bound instanceof Bound.Value<ClusterProfile> good) {
      profiles.put(good.value().name(), good.value());
    } else {
      throw new BadProfileException(bound.problemList());
    }
  }

  private static List<Path> own(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] shipped(String file) {
    try (InputStream in = ClusterProfiles.class.getResourceAsStream(SHIPPED + file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the shipped profile " + file, e);
    }
  }
}
