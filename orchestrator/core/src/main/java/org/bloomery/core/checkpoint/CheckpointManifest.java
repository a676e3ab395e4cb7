package org.bloomery.core.checkpoint;

import java.util.Comparator;
import java.util.List;
import org.bloomery.core.id.Sha256;

/** What a complete checkpoint consists of; equal manifests mean that nothing was changed. */
public record CheckpointManifest(long iteration, List<Entry> entries) {

  /**
   * One file.
   *
   * @param bytes its size
   * @param fingerprint SHA-256 of the zip's central directory (which holds the CRC-32 of every
   *     tensor), so that a rewritten file of the same size is noticed without reading terabytes
   */
  public record Entry(String name, long bytes, String fingerprint) {}

  public CheckpointManifest {
    entries = entries.stream().sorted(Comparator.comparing(Entry::name)).toList();
  }

  public long bytes() {
    return entries.stream().mapToLong(Entry::bytes).sum();
  }

  /**
   * The manifest as text: a line of its version, one of its iteration, and for each file, by name,
   * its fingerprint, size and name. It does not depend on where the checkpoint lies.
   */
  public String canonicalText() {
    StringBuilder text = new StringBuilder("bloomery checkpoint manifest 1\n");
    text.append("iteration ").append(iteration).append('\n');
    for (Entry entry : entries) {
      text.append(entry.fingerprint())
          .append(' ')
          .append(entry.bytes())
          .append(' ')
          .append(entry.name())
          .append('\n');
    }
    return text.toString();
  }

  /** SHA-256 of the canonical text, in hex. */
  public String sha256() {
    return Sha256.of(canonicalText());
  }
}
