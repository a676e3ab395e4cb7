package org.bloomery.core.checkpoint;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bloomery.core.checkpoint.ScannedFile.Content;

/** Listings of checkpoints that never lay on a disk, whole or damaged in one way. */
public final class SampleListings {
  private static final Instant WRITTEN = Instant.parse("2031-05-04T08:04:41Z");

  private final Map<String, ScannedFile> files = new TreeMap<>();

  private SampleListings() {}

  /** A complete checkpoint: sizes of BLOOM's classes, and a fingerprint made of name and seed. */
  public static SampleListings complete(CheckpointLayout layout, String seed) {
    SampleListings listing = new SampleListings();
    for (CheckpointLayout.Expected file : layout.expected()) {
      listing.put(file(file.name(), bytes(file.sizeClass().name()), seed + file.name()));
    }
    return listing;
  }

  public SampleListings put(ScannedFile file) {
    files.put(file.name(), file);
    return this;
  }

  public SampleListings without(String name) {
    files.remove(name);
    return this;
  }

  public SampleListings change(String name, UnaryOperator<ScannedFile> change) {
    return put(change.apply(files.get(name)));
  }

  public SampleListings resize(String name, long bytes) {
    return change(name, f -> new ScannedFile(f.name(), bytes, f.modified(), f.content()));
  }

  public SampleListings damage(String name, String why) {
    return change(
        name, f -> new ScannedFile(f.name(), f.bytes(), f.modified(), new Content.Damaged(why)));
  }

  public DirectoryListing listed() {
    return new DirectoryListing.Listed(List.copyOf(files.values()));
  }

  public List<String> names() {
    return new ArrayList<>(files.keySet());
  }

  public static ScannedFile file(String name, long bytes, String fingerprint) {
    return new ScannedFile(name, bytes, WRITTEN, new Content.Fingerprint(fingerprint));
  }

  private static long bytes(String sizeClass) {
    return switch (sizeClass) {
      case "embedding" -> 1_798_365_184L;
      case "blocks" -> 1_233_347_584L;
      case "final layer norm" -> 57_344L;
      default -> sizeClass.startsWith("optimizer") ? 5_550_000_000L : 12_000L;
    };
  }
}
