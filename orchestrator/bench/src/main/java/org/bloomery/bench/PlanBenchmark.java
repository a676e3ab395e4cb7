package org.bloomery.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bloomery.controlplane.config.ScriptTemplates;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.plan.Plan;
import org.bloomery.core.plan.Planner;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.AttemptPlanner;
import org.bloomery.core.script.ScriptRenderer;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.IncludedFiles;
import org.bloomery.core.spec.RunSpec;
import org.bloomery.core.spec.SpecBinder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;

/**
 * From a spec's bytes to a plan and the files of its first attempt, as {@code plan} and {@code
 * render} do it, in a JVM that is warm; and, to compare, how long the YAML library takes for the
 * same text.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PlanBenchmark {
  private static final Path ROOT = Path.of(System.getProperty("bloomery.root"));
  private static final Path SPEC = ROOT.resolve("job-specs/bloom/176b.yaml");
  private static final HomeId HOME = new HomeId("c0ffee");

  private BindContext context;
  private byte[] content;
  private List<String> texts;
  private List<ClusterProfile> clusters;
  private ScriptRenderer renderer;

  /** Reads what lies on disk, which is not measured. */
  @Setup
  public void read() throws IOException {
    Map<String, IncludedFiles.Content> included = new HashMap<>();
    context =
        new BindContext(
            "/home/ada/.bloomery",
            String.valueOf(SPEC.getParent()),
            path -> included.computeIfAbsent(path, PlanBenchmark::include));
    content = Files.readAllBytes(SPEC);
    renderer = new ScriptRenderer(ScriptTemplates.shipped());
    clusters = new ArrayList<>();
    try (Stream<Path> files = Files.list(ROOT.resolve("job-specs/clusters"))) {
      files
          .filter(file -> file.toString().endsWith(".yaml"))
          .map(this::cluster)
          .forEach(clusters::add);
    }
    good(SpecBinder.bindRun("176b.yaml", content, context, clusters));
    texts = new ArrayList<>(List.of(new String(content, StandardCharsets.UTF_8)));
    for (IncludedFiles.Content one : included.values()) {
      if (one instanceof IncludedFiles.Text text) {
        texts.add(text.text());
      }
    }
  }

  private static IncludedFiles.Content include(String path) {
    try {
      return new IncludedFiles.Text(Files.readString(SPEC.getParent().resolve(path)));
    } catch (IOException e) {
      return new IncludedFiles.Unreadable(e.getMessage());
    }
  }

  private ClusterProfile cluster(Path file) {
    try {
      return good(SpecBinder.bindCluster(file.toString(), Files.readAllBytes(file), context));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private static <T> T good(Bound<T> bound) {
    if (bound instanceof Bound.Value<T> value) {
      return value.value();
    }
    throw new IllegalStateException(bound.problemList().get(0).text());
  }

  /** Binds, plans and renders. */
  @Benchmark
  public void plan(Blackhole sink) {
    RunSpec run = good(SpecBinder.bindRun("176b.yaml", content, context, clusters));
    ClusterProfile cluster =
        clusters.stream().filter(one -> one.name().equals(run.cluster())).findFirst().orElseThrow();
    Plan plan = Planner.plan(run, cluster);
    AttemptFiles files =
        renderer.render(
            AttemptPlanner.plan(HOME, run.name(), run, cluster, 1, Optional.empty()), run, cluster);
    sink.consume(plan);
    sink.consume(files);
  }

  /** Parses the same texts, what the spec includes too, and does nothing with them. */
  @Benchmark
  public void yaml(Blackhole sink) {
    for (String text : texts) {
      for (Event event : new Parse(LoadSettings.builder().build()).parseString(text)) {
        sink.consume(event);
      }
    }
  }
}
