package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Writes whole files, so that a reader or a crash finds the old content or the new one and nothing
 * between. When a method returns, content and name are on the disk.
 *
 * <p>The only class that writes files. A crash can leave a temporary file behind, whose name begins
 * with a dot and ends with {@code .tmp}.
 */
public final class AtomicFiles {

  /** Who may read what is written. */
  public enum Access {
    /** Mode 0600: secrets. */
    OWNER("rw-------"),
    /** Mode 0644: what the job and its readers need. */
    READABLE("rw-r--r--"),
    /** Mode 0755: scripts. */
    EXECUTABLE("rwxr-xr-x");

    private final String mode;

    Access(String mode) {
      this.mode = mode;
    }

    private Set<PosixFilePermission> permissions() {
      return PosixFilePermissions.fromString(mode);
    }
  }

  private AtomicFiles() {}

  /** Writes or replaces a file that its readers may read. */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, content, Access.READABLE);
  }

  /** Writes or replaces a file. */
  public static void write(Path file, byte[] content, Access access) throws IOException {
    Path temporary = temporary(file, content, access);
    try {
      sync(temporary);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    sync(file.toAbsolutePath().getParent());
  }

  /**
   * A file to be written.
   *
   * @param name in its directory
   */
  public record Text(String name, String text, Access access) {}

  /**
   * Writes or replaces files of one directory, each of them whole. All have their content on the
   * disk before the first appears, and they appear in this order. Contents are forced to the disk
   * when all are written, and names together, which it does faster than one after the other.
   */
  public static void write(Path directory, List<Text> files) throws IOException {
    Map<Path, Path> temporaries = new LinkedHashMap<>();
    try {
      for (Text file : files) {
        Path place = directory.resolve(file.name());
        byte[] content = file.text().getBytes(StandardCharsets.UTF_8);
        temporaries.put(place, temporary(place, content, file.access()));
      }
      for (Path temporary : temporaries.values()) {
        sync(temporary);
      }
      for (Map.Entry<Path, Path> file : temporaries.entrySet()) {
        Files.move(file.getValue(), file.getKey(), StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      for (Path temporary : temporaries.values()) {
        Files.deleteIfExists(temporary);
      }
      throw e;
    }
    sync(directory);
  }

  /** Writes a new file that its readers may read, or says that there is one. */
  public static void createNew(Path file, byte[] content) throws IOException {
    createNew(file, content, Access.READABLE);
  }

  /**
   * Writes a new file.
   *
   * @throws FileAlreadyExistsException if anything has that name; it is left as it is
   */
  public static void createNew(Path file, byte[] content, Access access) throws IOException {
    Path temporary = temporary(file, content, access);
    try {
      sync(temporary);
      // A link, other than a rename, never replaces what is there.
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      throw new FileAlreadyExistsException(file.toString());
    } finally {
      Files.deleteIfExists(temporary);
    }
    sync(file.toAbsolutePath().getParent());
  }

  /** Makes the content of a file, or the names in a directory, durable. */
  static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path temporary(Path file, byte[] content, Access access) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(directory.toString(), null, "no directory to write in");
    }
    Path temporary = directory.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      fill(temporary, content, access);
      return temporary;
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  private static void fill(Path temporary, byte[] content, Access access) throws IOException {
    FileAttribute<?> owner = PosixFilePermissions.asFileAttribute(Access.OWNER.permissions());
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(temporary, options, owner)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      // Set afterwards: the process's umask would take from what is asked for on creation.
      Files.setPosixFilePermissions(temporary, access.permissions());
    }
  }
}
