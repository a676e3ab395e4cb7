package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.DirectoryListing;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.checkpoint.ScannedFile;
import org.bloomery.core.checkpoint.ScannedFile.Content;

/**
 * Looks at checkpoints on disk, cheaply and without writing.
 *
 * <p>What cannot be read is never taken for empty, and links are not followed: a checkpoint
 * consists of files that its own trainer wrote.
 */
public final class CheckpointScanner {
  /** More checkpoints below one root are not looked at; that is an error, not a cut. */
  public static final int TAGS_MAX = 10_000;

  private static final int LATEST_BYTES_MAX = 4096;

  /** What a checkpoint root holds; not being able to look is a value of its own. */
  public sealed interface Root {
    /** The iterations that have a directory, ascending. */
    record Listed(List<Long> iterations) implements Root {
      public Listed {
        iterations = List.copyOf(iterations);
      }
    }

    /** It could not be read. */
    record Unreadable(String why) implements Root {}
  }

  /** The checkpoints below a root; a root that does not exist yet has none. */
  public Root tags(Path root) {
    List<Long> iterations = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        boolean directory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        if (directory) {
          LatestFile.iterationOf(entry.getFileName().toString()).ifPresent(iterations::add);
        }
        if (iterations.size() > TAGS_MAX) {
          return new Root.Unreadable(root + " has more than " + TAGS_MAX + " checkpoints");
        }
      }
    } catch (NoSuchFileException e) {
      return new Root.Listed(List.of());
    } catch (IOException | DirectoryIteratorException e) {
      return new Root.Unreadable(words(root, e));
    }
    iterations.sort(Comparator.naturalOrder());
    return new Root.Listed(iterations);
  }

  /** What one checkpoint directory holds, with the fingerprint of every file. */
  public DirectoryListing scan(Path directory) {
    List<ScannedFile> files = new ArrayList<>();
    try {
      if (!isOwnDirectory(directory)) {
        return new DirectoryListing.Unreadable(directory + " is not a directory");
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          if (files.size() >= CheckpointLayout.FILES_MAX) {
            return new DirectoryListing.Unreadable(
                directory + " has more than " + CheckpointLayout.FILES_MAX + " files");
          }
          files.add(look(entry));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return new DirectoryListing.Unreadable(words(directory, e));
    }
    files.sort(Comparator.comparing(ScannedFile::name));
    return new DirectoryListing.Listed(files);
  }

  /** What the trainer's own {@code latest} says. */
  public LatestFile latest(Path root) {
    Path file = root.resolve("latest");
    // Opening a pipe of that name would wait for a writer.
    if (isSpecial(file)) {
      return new LatestFile.Unreadable(file + " is not a regular file");
    }
    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      String text = new String(in.readNBytes(LATEST_BYTES_MAX), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? new LatestFile.Empty() : new LatestFile.Names(text);
    } catch (NoSuchFileException e) {
      return new LatestFile.Missing();
    } catch (IOException e) {
      return new LatestFile.Unreadable(words(file, e));
    }
  }

  private static boolean isSpecial(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean isOwnDirectory(Path directory) throws IOException {
    return Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isDirectory();
  }

  private static ScannedFile look(Path entry) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String name = entry.getFileName().toString();
    var modified = attributes.lastModifiedTime().toInstant();
    if (!attributes.isRegularFile()) {
      return new ScannedFile(name, 0, modified, new Content.NotRegular(kind(attributes)));
    }
    Content content;
    try (FileChannel channel =
        FileChannel.open(entry, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      content = ZipEnd.read(channel);
    }
    return new ScannedFile(name, attributes.size(), modified, content);
  }

  private static String kind(BasicFileAttributes attributes) {
    if (attributes.isSymbolicLink()) {
      return "a symbolic link";
    }
    return attributes.isDirectory() ? "a directory" : "a special file";
  }

  /** The file system's own words; the class's name where it has none, as for a missing file. */
  static String words(Path path, Exception e) {
    Throwable cause = e instanceof DirectoryIteratorException ? e.getCause() : e;
    String reason = cause instanceof FileSystemException f ? f.getReason() : cause.getMessage();
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    return path + ": " + (reason == null ? cause.getClass().getSimpleName() : reason);
  }
}
