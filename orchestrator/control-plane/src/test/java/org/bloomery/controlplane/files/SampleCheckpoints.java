package org.bloomery.controlplane.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointLayout.Expected;

/** Checkpoints on disk in the form that {@code torch.save} gives them, small. */
public final class SampleCheckpoints {
  private SampleCheckpoints() {}

  /** Writes {@code global_step<iteration>}, then {@code latest}, as the trainer does. */
  public static Path write(Path root, CheckpointLayout layout, long iteration) {
    try {
      Path directory = Files.createDirectories(root.resolve("global_step" + iteration));
      for (Expected file : layout.expected()) {
        int bytes = 2000 + 1000 * (file.sizeClass().name().hashCode() & 7);
        Files.write(
            directory.resolve(file.name()), zip(bytes, iteration * 31 + file.name().hashCode()));
      }
      Files.writeString(root.resolve("latest"), "global_step" + iteration);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A zip of stored entries, as PyTorch writes it, with content made from a seed. */
  public static byte[] zip(int bytes, long seed) {
    byte[] tensor = new byte[bytes];
    new Random(seed).nextBytes(tensor);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      store(zip, "archive/data.pkl", "pickled".getBytes(StandardCharsets.UTF_8));
      store(zip, "archive/data/0", tensor);
      store(zip, "archive/version", "3\n".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
