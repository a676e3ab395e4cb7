package org.bloomery.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The checkout that these tests were built from. */
final class Repository {
  private Repository() {}

  static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve(".mvn"))) {
      directory = directory.getParent();
      if (directory == null) {
        throw new IllegalStateException("these tests run inside a checkout of Bloomery");
      }
    }
    return directory;
  }

  /** The text of every file that belongs to the project: tracked, or new and not ignored. */
  static SortedMap<String, String> files() {
    SortedMap<String, String> files = new TreeMap<>();
    String listing = run("git", "ls-files", "--cached", "--others", "--exclude-standard");
    for (String path : listing.lines().toList()) {
      Path file = root().resolve(path);
      if (Files.isRegularFile(file)) {
        files.put(path, read(file));
      }
    }
    assertThat(files).containsKeys("pom.xml", "bloomery", "verify");
    return files;
  }

  static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (java.nio.charset.MalformedInputException e) {
      return ""; // Not a text.
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Runs a tool at the root of the checkout, and gives its output; it must succeed. */
  static String run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(root().toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var output = new ByteArrayOutputStream();
      process.getInputStream().transferTo(output);
      int status = process.waitFor();
      String text = output.toString(StandardCharsets.UTF_8);
      assertThat(status).as("%s said: %s", List.of(command), text).isZero();
      return text;
    } catch (IOException e) {
      throw new IllegalStateException(command[0] + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(command[0] + " was interrupted", e);
    }
  }
}
