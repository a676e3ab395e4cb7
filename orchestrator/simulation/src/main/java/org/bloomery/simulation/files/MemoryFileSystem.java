package org.bloomery.simulation.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * The files of one simulation. The control plane reaches them through {@code java.nio.file}, and
 * may meet with trouble there; simulated jobs use {@link #jobs()}, beside which nothing happens.
 *
 * <p>It can do what the control plane asks of a file system, and no more. For one thread.
 */
public final class MemoryFileSystem extends FileSystem {
  static final String SCHEME = "memory";
  private static final int LINKS_MAX = 8;

  /** What the control plane wants to do to a file. */
  public enum Operation {
    /** Content, names in a directory, or attributes. */
    READ,
    /** Content, or a new name. */
    WRITE
  }

  /** Stands before everything that the control plane does to files. */
  @FunctionalInterface
  public interface Trouble {
    Trouble NONE = (operation, path) -> {};

    /**
     * Lets an operation pass.
     *
     * @throws IOException if the file system fails it
     */
    void meet(Operation operation, String path) throws IOException;
  }

  private final InstantSource time;
  private final Node.Directory root;
  private final MemoryProvider provider = new MemoryProvider(this);
  private final JobFiles jobs = new JobFiles(this);
  private Trouble trouble = Trouble.NONE;
  private long nodes;

  /** An empty file system. */
  public MemoryFileSystem(InstantSource time) {
    this.time = time;
    root = new Node.Directory(nodes++, time.instant());
  }

  /** From now on this stands before everything. */
  public void meetWith(Trouble next) {
    trouble = next;
  }

  /** The same files as the jobs on the nodes see them. */
  public JobFiles jobs() {
    return jobs;
  }

  void meet(Operation operation, Path path) throws IOException {
    trouble.meet(operation, path.toString());
  }

  InstantSource time() {
    return time;
  }

  /** What a path leads to. */
  Node find(MemoryPath path, boolean followsLast) throws IOException {
    Node node = walk(path, followsLast, LINKS_MAX);
    if (node == null) {
      throw new Missing(path);
    }
    return node;
  }

  private Node walk(MemoryPath path, boolean followsLast, int links) throws IOException {
    if (links < 0) {
      throw new FileSystemException(path.toString(), null, "Too many levels of symbolic links");
    }
    Node node = root;
    List<String> names = path.names();
    for (int i = 0; i < names.size() && node != null; i++) {
      if (!(node instanceof Node.Directory directory)) {
        return null;
      }
      node = directory.entries().get(names.get(i));
      boolean last = i == names.size() - 1;
      if (node instanceof Node.Link link && (followsLast || !last)) {
        node = walk(link.target(), true, links - 1);
      }
    }
    return node;
  }

  /** The directory that a path's last name is in. */
  Node.Directory parentOf(MemoryPath path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "is the root");
    }
    return directory((MemoryPath) parent);
  }

  Node.Directory directory(MemoryPath path) throws IOException {
    if (find(path, true) instanceof Node.Directory directory) {
      return directory;
    }
    throw new NotDirectoryException(path.toString());
  }

  /** Gives a thing a name that is free. */
  void link(MemoryPath path, Node node) throws IOException {
    Node.Directory parent = parentOf(path);
    if (parent.entries().containsKey(name(path))) {
      throw new FileAlreadyExistsException(path.toString());
    }
    parent.entries().put(name(path), node);
    parent.touch(time.instant());
  }

  static String name(MemoryPath path) {
    return path.names().get(path.names().size() - 1);
  }

  Node.File newFile() {
    return new Node.File(nodes++, time.instant());
  }

  Node.Directory newDirectory() {
    return new Node.Directory(nodes++, time.instant());
  }

  Node.Link newLink(MemoryPath target) {
    return new Node.Link(nodes++, time.instant(), target);
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic", "posix");
  }

  @Override
  public Path getPath(String first, String... more) {
    return MemoryPath.parse(this, more.length == 0 ? first : first + "/" + String.join("/", more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException("patterns");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("owners");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("watches");
  }

  /** A name that leads nowhere: so common that its stack is not worth its time. */
  private static final class Missing extends NoSuchFileException {
    private static final long serialVersionUID = 1L;

    Missing(Path path) {
      super(path.toString());
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
