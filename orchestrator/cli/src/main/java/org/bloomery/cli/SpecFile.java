package org.bloomery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bloomery.controlplane.api.ApiException;

/** A spec as its file holds it, read once. */
final class SpecFile {
  private static final int BYTES_MAX = 256 << 10;

  private final String name;
  private final Path directory;
  private final byte[] content;

  private SpecFile(String name, Path directory, byte[] content) {
    this.name = name;
    this.directory = directory;
    this.content = content;
  }

  /** Reads a regular file; of a larger one just enough for the binder to say so. */
  static SpecFile read(Path workingDirectory, Path typed) {
    Path file = workingDirectory.resolve(typed).normalize();
    if (!Files.exists(file)) {
      throw unusable(typed, "there is no such file. Check the path");
    }
    if (Files.isDirectory(file)) {
      throw unusable(typed, "it is a directory. Name the YAML file in it");
    }
    // Opening a FIFO or a device could wait for ever.
    if (!Files.isRegularFile(file)) {
      throw unusable(typed, "it is not a regular file. Copy its content into one");
    }
    try (InputStream in = Files.newInputStream(file)) {
      Path directory = file.toRealPath().getParent();
      return new SpecFile(typed.toString(), directory, in.readNBytes(BYTES_MAX + 1));
    } catch (IOException e) {
      throw unusable(typed, "it cannot be read. Check its permissions");
    }
  }

  /** As the person typed it, for messages. */
  String name() {
    return name;
  }

  /** Absolute; what {@code ${SPEC_DIR}} stands for. */
  Path directory() {
    return directory;
  }

  byte[] content() {
    return content.clone();
  }

  /** The content as text, for the control plane. */
  String text() {
    if (content.length > BYTES_MAX) {
      throw unusable(Path.of(name), "it is larger than the 256 KiB that a spec may have");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw unusable(Path.of(name), "it is not UTF-8 text. Save it as UTF-8");
    }
  }

  private static ApiException unusable(Path typed, String why) {
    return new ApiException(ApiException.Kind.INVALID, typed + ": " + why + ".");
  }
}
