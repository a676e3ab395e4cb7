package org.bloomery.simulation.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The files as the jobs on the nodes see them: every name is absolute, and nothing fails but what
 * cannot be.
 */
public final class JobFiles {
  private final MemoryFileSystem system;

  JobFiles(MemoryFileSystem system) {
    this.system = system;
  }

  private MemoryPath path(String name) {
    return MemoryPath.parse(system, name);
  }

  private Optional<Node> node(String name) {
    try {
      return Optional.of(system.find(path(name), true));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  /** Whether there is anything of this name; a link that leads nowhere is nothing. */
  public boolean exists(String name) {
    return node(name).isPresent();
  }

  /** The whole content of a file, if there is one. */
  public Optional<byte[]> bytes(String name) {
    return node(name).map(node -> node instanceof Node.File file ? file.content() : null);
  }

  /** The same as text. */
  public Optional<String> text(String name) {
    return bytes(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** The names in a directory, sorted; none if there is no such directory. */
  public List<String> list(String name) {
    return node(name)
        .map(
            node ->
                node instanceof Node.Directory directory
                    ? List.copyOf(directory.entries().keySet())
                    : List.<String>of())
        .orElse(List.of());
  }

  /** Makes a directory with all that are above it. */
  public void createDirectories(String name) {
    MemoryPath all = path(name);
    try {
      Node.Directory at = system.directory((MemoryPath) all.getRoot());
      for (String part : all.names()) {
        Node next = at.entries().computeIfAbsent(part, missing -> system.newDirectory());
        at = (Node.Directory) next;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a file that did not exist.
   *
   * @return whether it did not
   */
  public boolean createNew(String name, String text) {
    try {
      Node.File file = system.newFile();
      file.replace(text.getBytes(StandardCharsets.UTF_8));
      system.link(path(name), file);
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  /** Writes a file, or replaces its content in place; its directory must exist. */
  public void write(String name, byte[] content) {
    Node.File file = open(name);
    file.replace(content);
    file.touch(system.time().instant());
  }

  /** Adds to the end of a file. */
  public void append(String name, String text) {
    Node.File file = open(name);
    file.write((int) file.size(), text.getBytes(StandardCharsets.UTF_8));
    file.touch(system.time().instant());
  }

  /** Leaves only the first bytes of a file. */
  public void cut(String name, int length) {
    Node.File file = open(name);
    file.cut(length);
    file.touch(system.time().instant());
  }

  private Node.File open(String name) {
    Optional<Node> node = node(name);
    if (node.isPresent()) {
      return (Node.File) node.get();
    }
    try {
      Node.File file = system.newFile();
      system.link(path(name), file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a thing with all that is in it; where there is none, nothing happens. */
  public void remove(String name) {
    try {
      system.parentOf(path(name)).entries().remove(MemoryFileSystem.name(path(name)));
    } catch (IOException missing) {
      return;
    }
  }
}
