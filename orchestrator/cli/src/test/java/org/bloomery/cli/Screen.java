package org.bloomery.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.FakeControlPlane;
import org.bloomery.controlplane.config.ClusterProfiles;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.AttemptPlanner;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.ResourceManagerKind;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecBinder;

/** A person's terminal before a fake control plane: types commands and keeps what they print. */
final class Screen {
  static final Path SPECS = Path.of("src/test/resources/specs").toAbsolutePath();
  private static final Path HOME = Path.of("/home/ada/.bloomery");

  private final ControlPlaneApi controlPlane;
  private final List<String> rests = new ArrayList<>();
  private Map<String, String> environment = Map.of();
  private Path workingDirectory = SPECS;
  private List<Check> checks = List.of(Check.ok("java", "17"));

  /** What one command printed, and how it ended. */
  record Printed(int code, String out, String err) {}

  Screen() {
    this(new FakeControlPlane());
  }

  Screen(ControlPlaneApi controlPlane) {
    this.controlPlane = controlPlane;
  }

  Screen with(Map<String, String> variables) {
    environment = variables;
    return this;
  }

  Screen in(Path directory) {
    workingDirectory = directory;
    return this;
  }

  Screen finding(Check... found) {
    checks = List.of(found);
    return this;
  }

  /** How often a command waited. */
  int rests() {
    return rests.size();
  }

  Printed type(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console = new Console(new PrintWriter(out), new PrintWriter(err));
    Surroundings around =
        new Surroundings(
            environment,
            workingDirectory,
            variables -> controlPlane,
            new FixedSite(),
            (variables, at) -> 7,
            (variables, at) -> 8,
            variables -> checks,
            time -> rests.add(time.toString()));
    int code = Main.execute(arguments, console, around);
    return new Printed(code, out.toString(), err.toString());
  }

  /** The same home and cluster on every machine. */
  private static final class FixedSite implements Surroundings.Site {
    @Override
    public Path home() {
      return HOME;
    }

    @Override
    public List<ClusterProfile> clusters() {
      Bound<ClusterProfile> bound =
          SpecBinder.bindCluster(
              "local.yaml", read("cluster-local.yaml"), new BindContext(HOME.toString(), "/"));
      if (bound instanceof Bound.Value<ClusterProfile> good) {
        return Stream.concat(
                Stream.of(good.value()),
                ClusterProfiles.load(HOME).stream()
                    .filter(one -> one.resourceManager() == ResourceManagerKind.SLURM))
            .toList();
      }
      throw new IllegalStateException(bound.problemList().toString());
    }

    @Override
    public AttemptFiles render(RunSpec spec, ClusterProfile cluster) {
      return new ScriptRenderer(ScriptTemplates.shipped())
          .render(
              AttemptPlanner.plan(
                  new HomeId("c0ffee"), spec.name(), spec, cluster, 1, Optional.empty()),
              spec,
              cluster);
    }

    @Override
    public void write(Path file, String text) {
      new LocalSite(Map.of()).write(file, text);
    }

    private static String read(String name) {
      try {
        return Files.readString(SPECS.resolve(name), StandardCharsets.UTF_8);
      } catch (java.io.IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
