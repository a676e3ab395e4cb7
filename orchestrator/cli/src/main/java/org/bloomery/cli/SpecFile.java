package org.bloomery.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.IncludedFiles;

/** A spec as its file holds it, read once; the files that it includes lie beside it. */
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

  /** Why a file is of no use; words after a colon. */
  private static final class UnusableFileException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableFileException(String why) {
      super(why);
    }
  }

  /** Reads a regular file; of a larger one just enough for the binder to say so. */
  static SpecFile read(Path workingDirectory, Path typed) {
    Path file = workingDirectory.resolve(typed).normalize();
    try {
      byte[] content = bytes(file);
      return new SpecFile(typed.toString(), file.toRealPath().getParent(), content);
    } catch (UnusableFileException e) {
      throw unusable(typed, e.getMessage());
    } catch (IOException e) {
      throw unusable(typed, "it cannot be read. Check its permissions");
    }
  }

  private static byte[] bytes(Path file) throws UnusableFileException {
    if (!Files.exists(file)) {
      throw new UnusableFileException("there is no such file. Check the path");
    }
    if (Files.isDirectory(file)) {
      throw new UnusableFileException("it is a directory. Name the YAML file in it");
    }
    // Opening a FIFO or a device could wait for ever.
    if (!Files.isRegularFile(file)) {
      throw new UnusableFileException("it is not a regular file. Copy its content into one");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      throw new UnusableFileException("it cannot be read. Check its permissions");
    }
  }

  /** As the person typed it, for messages. */
  String name() {
    return name;
  }

  byte[] content() {
    return content.clone();
  }

  /** Absolute; what {@code ${SPEC_DIR}} stands for. */
  Path directory() {
    return directory;
  }

  /** What the content means in this home. */
  BindContext context(Path home) {
    return new BindContext(home.toString(), directory.toString(), this::included);
  }

  private IncludedFiles.Content included(String path) {
    try {
      byte[] bytes = bytes(directory.resolve(path).normalize());
      if (bytes.length > BYTES_MAX) {
        return new IncludedFiles.Unreadable("it is larger than the 256 KiB of a spec");
      }
      return new IncludedFiles.Text(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (UnusableFileException e) {
      return new IncludedFiles.Unreadable(e.getMessage());
    } catch (CharacterCodingException e) {
      return new IncludedFiles.Unreadable("it is not UTF-8 text. Save it as UTF-8");
    }
  }

  private static ApiException unusable(Path typed, String why) {
    return new ApiException(ApiException.Kind.INVALID, typed + ": " + why + ".");
  }
}
