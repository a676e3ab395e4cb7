package org.bloomery.simulation.files;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bloomery.simulation.files.MemoryFileSystem.Operation;

/** What {@code java.nio.file.Files} calls: the control plane's side of the files. */
final class MemoryProvider extends FileSystemProvider {
  private final MemoryFileSystem system;

  MemoryProvider(MemoryFileSystem system) {
    this.system = system;
  }

  @Override
  public String getScheme() {
    return MemoryFileSystem.SCHEME;
  }

  private static MemoryPath own(Path path) {
    return (MemoryPath) path;
  }

  private Node find(Path path, LinkOption... options) throws IOException {
    return system.find(own(path), !Arrays.asList(options).contains(LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean writes = options.contains(StandardOpenOption.WRITE);
    system.meet(writes ? Operation.WRITE : Operation.READ, path);
    if (options.contains(StandardOpenOption.CREATE_NEW)) {
      Node.File created = system.newFile();
      system.link(own(path), created);
      return new MemoryChannel(created, system, path);
    }
    Node node = system.find(own(path), !options.contains(LinkOption.NOFOLLOW_LINKS));
    if (node instanceof Node.Directory && !writes) {
      // Opened to be synced.
      return new MemoryChannel(system.newFile(), system, path);
    }
    if (node instanceof Node.File file) {
      return new MemoryChannel(file, system, path);
    }
    throw new FileSystemException(path.toString(), null, "is no regular file");
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    system.meet(Operation.READ, path);
    List<Path> paths = new ArrayList<>();
    for (String name : system.directory(own(path)).entries().keySet()) {
      Path entry = path.resolve(name);
      if (filter.accept(entry)) {
        paths.add(entry);
      }
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return paths.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    system.meet(Operation.WRITE, path);
    system.link(own(path), system.newDirectory());
  }

  @Override
  public void createSymbolicLink(Path path, Path target, FileAttribute<?>... attributes)
      throws IOException {
    system.meet(Operation.WRITE, path);
    system.link(own(path), system.newLink(own(target)));
  }

  @Override
  public void createLink(Path path, Path existing) throws IOException {
    system.meet(Operation.WRITE, path);
    system.link(own(path), find(existing, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public Path readSymbolicLink(Path path) throws IOException {
    system.meet(Operation.READ, path);
    if (find(path, LinkOption.NOFOLLOW_LINKS) instanceof Node.Link link) {
      return link.target();
    }
    throw new NotLinkException(path.toString());
  }

  @Override
  public void delete(Path path) throws IOException {
    system.meet(Operation.WRITE, path);
    Node node = find(path, LinkOption.NOFOLLOW_LINKS);
    if (node instanceof Node.Directory directory && !directory.entries().isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    system.parentOf(own(path)).entries().remove(MemoryFileSystem.name(own(path)));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException("copies");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    system.meet(Operation.WRITE, target);
    Node node = find(source, LinkOption.NOFOLLOW_LINKS);
    Node.Directory to = system.parentOf(own(target));
    if (to.entries().get(MemoryFileSystem.name(own(target))) instanceof Node.Directory old
        && !old.entries().isEmpty()) {
      throw new DirectoryNotEmptyException(target.toString());
    }
    system.parentOf(own(source)).entries().remove(MemoryFileSystem.name(own(source)));
    to.entries().put(MemoryFileSystem.name(own(target)), node);
    to.touch(system.time().instant());
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return find(path) == find(other);
  }

  @Override
  public boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    system.meet(Operation.READ, path);
    find(path);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return type == PosixFileAttributeView.class ? type.cast(new Rights()) : null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    system.meet(Operation.READ, path);
    return type.cast(find(path, options).attributes());
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException("attributes by name");
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("attributes by name");
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("file systems by address");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("file systems by address");
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("paths by address");
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException("stores");
  }
}
