package org.bloomery.controlplane.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.script.AttemptFiles;

/**
 * Prepares the directory that an attempt loads from: a link to the one chosen checkpoint, and a
 * {@code latest} that names it. So what is loaded is decided and recorded here, and not found out
 * by the trainer.
 *
 * <p>DeepSpeed reads {@code latest}. Megatron's own {@code latest_checkpointed_iteration.txt} is
 * there for releases before October 2021, which read it besides.
 */
public final class LoadView {
  private static final String LATEST = "latest";
  private static final String TRACKER = "latest_checkpointed_iteration.txt";

  /**
   * The checkpoint to load.
   *
   * @param root the checkpoint root of the attempt that wrote it
   */
  public record Source(Path root, CheckpointRef ref) {
    Path directory() {
      return root.toAbsolutePath().resolve(ref.tag());
    }
  }

  private LoadView() {}

  /**
   * Makes {@code load/} say exactly this; only for an attempt that has not started.
   *
   * <p>A crash between two steps leaves no half view: it is built beside and renamed. At worst
   * there is none for a moment, and a call repeats it. Its name becomes durable with the next file
   * that is written beside it.
   *
   * @param source empty for a training that starts from scratch: the view has nothing in it then
   * @return the view's directory
   * @throws CheckpointGoneException if the checkpoint was removed
   */
  public static Path prepare(Path attemptDirectory, Optional<Source> source) throws IOException {
    Path view = attemptDirectory.resolve(AttemptFiles.LOAD);
    if (says(view, source)) {
      return view;
    }
    if (source.isPresent() && !Files.isDirectory(source.get().directory())) {
      String checkpoint = source.get().directory().toString();
      throw Files.isDirectory(source.get().root())
          ? new CheckpointGoneException(checkpoint)
          : new NoSuchFileException(checkpoint, null, "nothing can be seen of its directory");
    }
    String unique = UUID.randomUUID().toString();
    Path built =
        Files.createDirectory(
            attemptDirectory.resolve("." + AttemptFiles.LOAD + "." + unique + ".tmp"));
    if (source.isPresent()) {
      Source from = source.get();
      Files.createSymbolicLink(built.resolve(from.ref().tag()), from.directory());
      // The tag last, as the trainer does it.
      AtomicFiles.write(
          built,
          List.of(
              text(TRACKER, Long.toString(from.ref().iteration())),
              text(LATEST, from.ref().tag())));
    }
    Path old = attemptDirectory.resolve("." + AttemptFiles.LOAD + "." + unique + ".old");
    boolean replaced = Files.exists(view, LinkOption.NOFOLLOW_LINKS);
    if (replaced) {
      Files.move(view, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(built, view, StandardCopyOption.ATOMIC_MOVE);
    if (replaced) {
      removeOurs(old);
    }
    return view;
  }

  /** Whether the view is there and says exactly this. */
  static boolean says(Path view, Optional<Source> source) throws IOException {
    if (!Files.isDirectory(view, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(view)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    if (source.isEmpty()) {
      return names.isEmpty();
    }
    String tag = source.get().ref().tag();
    Path link = view.resolve(tag);
    return names.size() == 3
        && names.containsAll(List.of(tag, LATEST, TRACKER))
        && Files.isSymbolicLink(link)
        && Files.readSymbolicLink(link).equals(source.get().directory())
        && holds(view.resolve(LATEST), tag)
        && holds(view.resolve(TRACKER), Long.toString(source.get().ref().iteration()));
  }

  private static boolean holds(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    // The size first, so that a foreign file of that name is not read into memory.
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Files.size(file) == bytes.length
        && Arrays.equals(Files.readAllBytes(file), bytes);
  }

  private static AtomicFiles.Text text(String name, String text) {
    return new AtomicFiles.Text(name, text, AtomicFiles.Access.READABLE);
  }

  /**
   * Removes an old view. The link goes and what it points to stays; if there is anything in the
   * view that is not ours, that stays, too, and with it the old view under its new name.
   */
  private static void removeOurs(Path old) throws IOException {
    if (!Files.isDirectory(old, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean foreign = false;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(old)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        boolean ours =
            Files.isSymbolicLink(entry)
                ? LatestFile.iterationOf(name).isPresent()
                : name.equals(LATEST) || name.equals(TRACKER);
        foreign |= !ours;
        if (ours) {
          Files.delete(entry);
        }
      }
    }
    if (!foreign) {
      Files.delete(old);
    }
  }
}
