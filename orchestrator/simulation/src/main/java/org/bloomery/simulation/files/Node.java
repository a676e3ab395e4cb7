package org.bloomery.simulation.files;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a name in a directory stands for: a file, a directory, or a symbolic link. */
abstract sealed class Node {
  private final long id;
  private Instant modified;

  Node(long id, Instant modified) {
    this.id = id;
    this.modified = modified;
  }

  void touch(Instant now) {
    modified = now;
  }

  abstract long size();

  /** How it is now; what happens to it later does not show. */
  BasicFileAttributes attributes() {
    return new Attributes(this, size(), FileTime.from(modified));
  }

  /** A directory, whose names are sorted: every look at it has the same order. */
  static final class Directory extends Node {
    private final SortedMap<String, Node> entries = new TreeMap<>();

    Directory(long id, Instant modified) {
      super(id, modified);
    }

    SortedMap<String, Node> entries() {
      return entries;
    }

    @Override
    long size() {
      return entries.size();
    }
  }

  /** A regular file. */
  static final class File extends Node {
    private byte[] bytes = new byte[0];
    private int length;

    File(long id, Instant modified) {
      super(id, modified);
    }

    @Override
    long size() {
      return length;
    }

    byte[] content() {
      return Arrays.copyOf(bytes, length);
    }

    void replace(byte[] content) {
      bytes = content;
      length = content.length;
    }

    void cut(int newLength) {
      length = Math.min(length, newLength);
    }

    int read(int position, byte[] into, int offset, int count) {
      int read = Math.min(count, length - position);
      if (read > 0) {
        System.arraycopy(bytes, position, into, offset, read);
      }
      return read;
    }

    void write(int position, byte[] from) {
      int end = position + from.length;
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, 2 * length));
      }
      System.arraycopy(from, 0, bytes, position, from.length);
      length = Math.max(length, end);
    }
  }

  /** A symbolic link. */
  static final class Link extends Node {
    private final MemoryPath target;

    Link(long id, Instant modified, MemoryPath target) {
      super(id, modified);
      this.target = target;
    }

    MemoryPath target() {
      return target;
    }

    @Override
    long size() {
      return target.toString().length();
    }
  }

  private record Attributes(Node node, long size, FileTime lastModifiedTime)
      implements BasicFileAttributes {
    @Override
    public FileTime lastAccessTime() {
      return lastModifiedTime;
    }

    @Override
    public FileTime creationTime() {
      return lastModifiedTime;
    }

    @Override
    public boolean isRegularFile() {
      return node instanceof File;
    }

    @Override
    public boolean isDirectory() {
      return node instanceof Directory;
    }

    @Override
    public boolean isSymbolicLink() {
      return node instanceof Link;
    }

    @Override
    public boolean isOther() {
      return false;
    }

    @Override
    public Object fileKey() {
      return node.id;
    }
  }
}
