package org.bloomery.controlplane.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads files that a job has written: they may be absent, cut, huge, or not even files, and none of
 * that may stop the reader.
 */
final class SmallFile {
  private SmallFile() {}

  /** Turns the text of a file into what it says, or says why it cannot. */
  @FunctionalInterface
  interface Parser<T> {
    T parse(String text) throws Malformed;
  }

  /** The content of a file is not what it should be. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String why) {
      super(why);
    }
  }

  /**
   * Reads a regular file of at most so many bytes.
   *
   * @throws IOException if the file system does not answer; a missing file is no error
   */
  static <T> Reading<T> read(Path file, int bytesMax, Parser<T> parser) throws IOException {
    byte[] bytes;
    try {
      // A FIFO would block the reader for ever, and a link could lead anywhere.
      if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile()) {
        return new Reading.Unreadable<>(file + " is not a regular file");
      }
      try (InputStream in =
          Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        bytes = in.readNBytes(bytesMax + 1);
      }
    } catch (NoSuchFileException absent) {
      return new Reading.Absent<>();
    }
    if (bytes.length > bytesMax) {
      return new Reading.Unreadable<>(file + " is longer than " + bytesMax + " bytes");
    }
    try {
      return new Reading.Present<>(parser.parse(new String(bytes, StandardCharsets.UTF_8)));
    } catch (Malformed malformed) {
      return new Reading.Unreadable<>(file + ": " + malformed.getMessage());
    }
  }
}
