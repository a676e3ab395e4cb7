package org.bloomery.core.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: what we render is what a reviewer has seen. {@code -Dgolden.update=true} rewrites the files
 * in {@code slurm-templates/golden}; the difference is then for the reviewer to read.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("../../slurm-templates/golden/bloom-nano");

  private final AttemptFiles files = render();

  @Test
  void rendersTheGoldenFiles() throws IOException {
    for (Map.Entry<String, String> file : texts().entrySet()) {
      Path golden = GOLDEN.resolve(file.getKey());
      if (Boolean.getBoolean("golden.update")) {
        Files.createDirectories(GOLDEN);
        Files.writeString(golden, file.getValue());
      }
      assertThat(golden).hasContent(file.getValue());
    }
  }

  @Test
  void rendersEqualBytesFromEqualInput() {
    assertThat(render()).isEqualTo(files);
  }

  @Test
  void shellcheckFindsNothing(@TempDir Path directory) throws Exception {
    for (String name : new String[] {AttemptFiles.JOB_SCRIPT, AttemptFiles.BODY_SCRIPT}) {
      Path script = Files.writeString(directory.resolve(name), texts().get(name));
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

  private Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>(files.texts());
    texts.put(AttemptFiles.GO, new GoFile(2, files.bodySha256(), Optional.of(200L)).text());
    return texts;
  }

  private static AttemptFiles render() {
    return new ScriptRenderer(ScriptSamples.templates())
        .render(
            ScriptSamples.plan(2, Optional.of(200L)),
            ScriptSamples.spec(),
            ScriptSamples.cluster());
  }
}
