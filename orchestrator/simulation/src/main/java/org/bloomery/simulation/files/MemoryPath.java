package org.bloomery.simulation.files;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;

/** A path in a {@link MemoryFileSystem}, with Unix's syntax. */
final class MemoryPath implements Path {
  private final MemoryFileSystem system;
  private final boolean absolute;
  private final List<String> names;
  private final String text;

  MemoryPath(MemoryFileSystem system, boolean absolute, List<String> names) {
    this.system = system;
    this.absolute = absolute;
    this.names = names;
    text = (absolute ? "/" : "") + String.join("/", names);
  }

  static MemoryPath parse(MemoryFileSystem system, String text) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int at = 0; at <= text.length(); at++) {
      if (at == text.length() || text.charAt(at) == '/') {
        if (at > from) {
          names.add(text.substring(from, at));
        }
        from = at + 1;
      }
    }
    return new MemoryPath(system, text.startsWith("/"), names);
  }

  List<String> names() {
    return names;
  }

  private static MemoryPath of(Path other) {
    if (other instanceof MemoryPath path) {
      return path;
    }
    throw new java.nio.file.ProviderMismatchException(other + " is in another file system");
  }

  @Override
  public FileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public Path getRoot() {
    return absolute ? new MemoryPath(system, true, List.of()) : null;
  }

  @Override
  public Path getFileName() {
    return names.isEmpty()
        ? null
        : new MemoryPath(system, false, names.subList(names.size() - 1, names.size()));
  }

  @Override
  public Path getParent() {
    if (names.isEmpty() || (names.size() == 1 && !absolute)) {
      return null;
    }
    return new MemoryPath(system, absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public Path getName(int index) {
    return new MemoryPath(system, false, names.subList(index, index + 1));
  }

  @Override
  public Path subpath(int beginIndex, int endIndex) {
    return new MemoryPath(system, false, names.subList(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    MemoryPath start = of(other);
    return start.absolute == absolute
        && start.names.size() <= names.size()
        && names.subList(0, start.names.size()).equals(start.names);
  }

  @Override
  public boolean endsWith(Path other) {
    MemoryPath end = of(other);
    int from = names.size() - end.names.size();
    return from >= 0 && !end.absolute && names.subList(from, names.size()).equals(end.names);
  }

  @Override
  public Path normalize() {
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      if (name.equals("..") && !kept.isEmpty()) {
        kept.remove(kept.size() - 1);
      } else if (!name.equals(".")) {
        kept.add(name);
      }
    }
    return new MemoryPath(system, absolute, kept);
  }

  @Override
  public Path resolve(Path other) {
    MemoryPath rest = of(other);
    if (rest.absolute) {
      return rest;
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(rest.names);
    return new MemoryPath(system, absolute, all);
  }

  @Override
  public Path relativize(Path other) {
    MemoryPath longer = of(other);
    if (!longer.startsWith(this)) {
      throw new IllegalArgumentException(other + " does not lie below " + this);
    }
    return new MemoryPath(system, false, longer.names.subList(names.size(), longer.names.size()));
  }

  @Override
  public URI toUri() {
    return URI.create(MemoryFileSystem.SCHEME + ":" + toAbsolutePath());
  }

  @Override
  public Path toAbsolutePath() {
    return absolute ? this : new MemoryPath(system, true, names);
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nobody watches files in memory");
  }

  @Override
  public int compareTo(Path other) {
    return text.compareTo(of(other).text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MemoryPath path && path.system == system && path.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
