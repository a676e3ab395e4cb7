package org.bloomery.controlplane.zookeeper;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.core.id.Sha256;
import org.bloomery.core.port.RunStore.DamagedException;
import org.bloomery.core.port.RunStore.UnavailableException;
import org.bloomery.core.run.RunRecord;

/**
 * The files of what is long past: JSON lines, of each run its spec and then its records, or of a
 * run that goes on its spec and a thousand of them.
 *
 * <pre>
 * DIRECTORY/runs-0a1b2c3d4e5f.jsonl.gz
 * </pre>
 *
 * <p>Each of these is a member of its own in the sense of gzip: {@code zcat} shows the whole file,
 * and one can be read without the others. A file is never changed; one of which no place is
 * recorded means nothing.
 */
final class RunArchive {
  private final Path directory;
  private final RunCodec codec;

  /** A run's spec, as the first of its lines tells it. */
  record Spec(String text) {}

  /** All that is kept of a run. */
  record Content(String specText, List<RunRecord> history) {
    Content {
      history = List.copyOf(history);
    }
  }

  /**
   * An archive.
   *
   * @param directory the same for all control planes that share a ZooKeeper; made when it is needed
   */
  RunArchive(Path directory, RunCodec codec) {
    this.directory = directory;
    this.codec = codec;
  }

  /**
   * Writes some runs into one file, and returns the place of each.
   *
   * @throws UnavailableException if the file cannot be written
   */
  List<ArchivePlace> write(List<Content> runs) {
    List<byte[]> members = runs.stream().map(this::member).toList();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    members.forEach(all::writeBytes);
    byte[] bytes = all.toByteArray();
    String file = "runs-" + Sha256.of(bytes).substring(0, 12) + ".jsonl.gz";
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      AtomicFiles.write(directory.resolve(file), bytes);
    } catch (IOException e) {
      throw new UnavailableException(
          directory.resolve(file) + " cannot be written: " + e.getMessage(), e);
    }
    List<ArchivePlace> places = new ArrayList<>();
    long offset = 0;
    for (byte[] member : members) {
      places.add(new ArchivePlace(file, offset, member.length, Sha256.of(member)));
      offset += member.length;
    }
    return places;
  }

  private byte[] member(Content run) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(codec.document("spec", new Spec(run.specText())));
      out.write('\n');
      for (RunRecord entry : run.history()) {
        out.write(codec.encode(entry));
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory can always be written", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a run.
   *
   * @throws DamagedException if the file is not what was written
   * @throws UnavailableException if it cannot be read now
   */
  Content read(ArchivePlace place) {
    Path file = directory.resolve(place.file());
    try {
      List<byte[]> lines = lines(verified(file, place));
      String where = file + " at byte " + place.offset();
      List<RunRecord> history = new ArrayList<>();
      for (byte[] line : lines.subList(1, lines.size())) {
        history.add(codec.decodeRecord(line, where));
      }
      return new Content(codec.decode(lines.get(0), "spec", Spec.class, where).text(), history);
    } catch (NoSuchFileException e) {
      throw new DamagedException(file + " has gone. Bring it back from a backup.", e);
    } catch (IOException e) {
      throw new UnavailableException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static byte[] verified(Path file, ArchivePlace place) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(place.bytes());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes, place.offset() + bytes.position()) >= 0) {
        // Until all of it is there, or the file has ended too early.
      }
    }
    byte[] member = Arrays.copyOf(bytes.array(), bytes.position());
    if (!Sha256.of(member).equals(place.sha256())) {
      throw new DamagedException(
          file + " is not what was recorded of it. Bring it back from a backup.", null);
    }
    return member;
  }

  private static List<byte[]> lines(byte[] member) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(member))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.getBytes(StandardCharsets.UTF_8))
          .toList();
    }
  }
}
