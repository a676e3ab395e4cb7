package org.bloomery.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.simulation.files.JobFiles;

/**
 * A checkpoint as a trainer writes it, each file a small zip that says whose it is: file after
 * file, so that whoever looks meanwhile sees a part of it.
 */
final class SimulatedCheckpoint {
  private final JobFiles files;
  private final List<CheckpointLayout.Expected> expected;
  private final String root;
  private final int attempt;
  private final long iteration;

  /**
   * One checkpoint, whether it exists or not.
   *
   * @param root where the attempt saves
   */
  SimulatedCheckpoint(
      JobFiles files, CheckpointLayout layout, String root, int attempt, long iteration) {
    this.files = files;
    this.expected = layout.expected();
    this.root = root;
    this.attempt = attempt;
    this.iteration = iteration;
  }

  String directory() {
    return root + "/global_step" + iteration;
  }

  private String path(int file) {
    return directory() + "/" + expected.get(file).name();
  }

  /** The first half of its files, of the last of which only a part is there yet. */
  void begin() {
    files.createDirectories(directory());
    int half = expected.size() / 2;
    for (int file = 0; file <= half; file++) {
      files.write(path(file), content(file));
    }
    files.cut(path(half), 40);
  }

  /** The rest, and then what names it the newest. */
  void finish() {
    files.createDirectories(directory());
    for (int file = 0; file < expected.size(); file++) {
      if (!isWhole(file)) {
        files.write(path(file), content(file));
      }
    }
    files.write(root + "/latest", ("global_step" + iteration).getBytes(StandardCharsets.UTF_8));
  }

  /** Whether every byte is there that the trainer has written, and no other. */
  boolean isIntact() {
    for (int file = 0; file < expected.size(); file++) {
      if (!isWhole(file)) {
        return false;
      }
    }
    return files.list(directory()).size() == expected.size();
  }

  private boolean isWhole(int file) {
    return files.bytes(path(file)).filter(b -> Arrays.equals(b, content(file))).isPresent();
  }

  /** Somebody changes one file: it is a whole zip still, with other content. */
  void change(int file) {
    if (files.exists(path(file))) {
      files.write(path(file), zip("changed: " + text(file)));
    }
  }

  /** One file is left without content. */
  void empty(int file) {
    if (files.exists(path(file))) {
      files.cut(path(file), 0);
    }
  }

  /** Somebody removes all of it. */
  void remove() {
    files.remove(directory());
  }

  private byte[] content(int file) {
    return zip("attempt : " + text(file));
  }

  private String text(int file) {
    return String.format(Locale.ROOT, "%04d, iteration %010d, file %03d", attempt, iteration, file);
  }

  private static byte[] zip(String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    CRC32 crc = new CRC32();
    crc.update(content);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      ZipEntry entry = new ZipEntry("archive/data/0");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(crc.getValue());
      entry.setTime(0);
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
