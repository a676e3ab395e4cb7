package org.bloomery.core.spec;

/** Reads the files that a spec includes; whoever has the spec's file has these too. */
@FunctionalInterface
public interface IncludedFiles {

  /** For a text that has to stand for itself, such as one that was handed to the control plane. */
  IncludedFiles NONE = path -> new Unreadable("this text has to stand for itself");

  /** The outcome of reading a file. */
  sealed interface Content permits Text, Unreadable {}

  /** What the file holds. */
  record Text(String text) implements Content {}

  /**
   * The file could not be read.
   *
   * @param why words after a colon, such as {@code there is no such file}
   */
  record Unreadable(String why) implements Content {}

  /**
   * Reads a whole file.
   *
   * @param path relative to the directory of the spec's file; it may start with one {@code ..}
   */
  Content read(String path);
}
