package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.HomeId;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.RunSpec;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: what we render is what a reviewer has seen. {@code -Dgolden.update=true} rewrites the files
 * in {@code slurm-templates/golden}; the difference is then for the reviewer to read.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("../../slurm-templates/golden");

  /** An attempt whose files a reviewer has read. */
  enum Case {
    BLOOM_NANO("", 2, 200),
    BLOOM_176B("176b.yaml", 1, 0),
    BLOOM_176B_RESUMED("176b.yaml", 8, 31_200),
    BLOOM_176B_24_NODES("176b-24-nodes.yaml", 9, 94_767),
    BLOOM_176B_CANARY("176b.yaml", 1, 0),
    BLOOM_7B1("7b1.yaml", 1, 0);

    private final String file;
    private final int attempt;
    private final long fromIteration;

    Case(String file, int attempt, long fromIteration) {
      this.file = file;
      this.attempt = attempt;
      this.fromIteration = fromIteration;
    }

    /** Of a checkpoint that was saved before any revision. */
    private Optional<Resume> resume() {
      return fromIteration == 0 ? Optional.empty() : Optional.of(new Resume(fromIteration, 0));
    }

    /** Of the small run on this machine, or of one of the specs that are shipped. */
    AttemptFiles render() {
      ScriptRenderer renderer = new ScriptRenderer(ScriptSamples.templates());
      if (this == BLOOM_NANO) {
        return renderer.render(
            ScriptSamples.planFrom(attempt, resume()),
            ScriptSamples.spec(),
            ScriptSamples.cluster());
      }
      RunSpec spec =
          this == BLOOM_176B_CANARY ? ShippedSpecs.bloomCanary(file) : ShippedSpecs.bloom(file);
      ClusterProfile cluster = ShippedSpecs.clusterOf(spec);
      AttemptPlan plan =
          AttemptPlanner.plan(new HomeId("c0ffee"), spec.name(), spec, cluster, attempt, resume());
      return renderer.render(plan, spec, cluster);
    }

    Path directory() {
      return GOLDEN.resolve(name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    Map<String, String> texts() {
      AttemptFiles files = render();
      Map<String, String> texts = new LinkedHashMap<>(files.texts());
      texts.put(
          AttemptFiles.GO,
          new GoFile(attempt, files.bodySha256(), resume().map(Resume::iteration)).text());
      return texts;
    }
  }

  @ParameterizedTest
  @EnumSource
  void rendersTheGoldenFiles(Case attempt) throws IOException {
    for (Map.Entry<String, String> file : attempt.texts().entrySet()) {
      Path golden = attempt.directory().resolve(file.getKey());
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(golden.getParent());
        Files.writeString(golden, file.getValue());
      }
      assertThat(golden).hasContent(file.getValue());
    }
  }

  @ParameterizedTest
  @EnumSource
  void rendersEqualBytesFromEqualInput(Case attempt) {
    AttemptFiles files = attempt.render();
    assertThat(attempt.render()).isEqualTo(files);
  }

  @ParameterizedTest
  @EnumSource
  void shellcheckFindsNothing(Case attempt, @TempDir Path directory) throws Exception {
    for (String name : new String[] {AttemptFiles.JOB_SCRIPT, AttemptFiles.BODY_SCRIPT}) {
      Path script = Files.writeString(directory.resolve(name), attempt.texts().get(name));
      Path findings = directory.resolve(name + ".findings");
      Process shellcheck;
      try {
        shellcheck =
            new ProcessBuilder("shellcheck", script.toString())
                .redirectErrorStream(true)
                .redirectOutput(findings.toFile())
                .start();
      } catch (IOException e) {
        throw new AssertionError("shellcheck is missing: install the package 'shellcheck'", e);
      }
      assertThat(shellcheck.waitFor()).as(Files.readString(findings)).isZero();
    }
  }
}
