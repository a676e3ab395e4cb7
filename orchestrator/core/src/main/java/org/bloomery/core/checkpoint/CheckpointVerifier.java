package org.bloomery.core.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bloomery.core.checkpoint.CheckpointLayout.Expected;
import org.bloomery.core.checkpoint.ScannedFile.Content;

/**
 * Says what a checkpoint's directory is worth.
 *
 * <p>Complete means: exactly the files of the layout, none of them empty, each with a whole zip
 * directory, and sizes that fit together. It does not mean that every byte is right: that would
 * take reading terabytes. A missing optimizer shard deserves this care most, because DeepSpeed only
 * warns of it and trains on with part of the optimizer's state reset.
 */
public final class CheckpointVerifier {
  /** More problems than these are only counted. */
  public static final int PROBLEMS_MAX = 20;

  private CheckpointVerifier() {}

  /** The verdict on one directory that should hold one iteration. */
  public static Verdict verdict(CheckpointLayout layout, long iteration, DirectoryListing listing) {
    if (listing instanceof DirectoryListing.Unreadable unreadable) {
      return new Verdict.Unreadable(unreadable.why());
    }
    Map<String, ScannedFile> present = new TreeMap<>();
    for (ScannedFile file : ((DirectoryListing.Listed) listing).files()) {
      present.put(file.name(), file);
    }
    List<Expected> expected = layout.expected();
    List<String> gaps = gaps(expected, present);
    List<String> damages = damages(expected, present);
    if (!gaps.isEmpty()) {
      // While a checkpoint is written, files are cut short, too: it is not corrupt for that.
      gaps.addAll(damages);
      return new Verdict.Incomplete(shortened(gaps));
    }
    damages.addAll(misfits(expected, present));
    return damages.isEmpty()
        ? new Verdict.Complete(manifest(iteration, present))
        : new Verdict.Corrupt(shortened(damages));
  }

  private static List<String> gaps(List<Expected> expected, Map<String, ScannedFile> present) {
    List<String> problems = new ArrayList<>();
    Map<String, ScannedFile> rest = new TreeMap<>(present);
    for (Expected file : expected) {
      ScannedFile found = rest.remove(file.name());
      if (found == null) {
        problems.add(file.name() + " is missing");
      } else if (found.content() instanceof Content.NotRegular other) {
        problems.add(file.name() + " is " + other.what() + ", not a file");
      } else if (found.bytes() == 0) {
        problems.add(file.name() + " is empty");
      }
    }
    for (String name : rest.keySet()) {
      boolean temporary = name.endsWith(".tmp") || name.contains(".tmp.");
      problems.add(printable(name) + (temporary ? " is temporary" : " is unexpected"));
    }
    return problems;
  }

  private static List<String> damages(List<Expected> expected, Map<String, ScannedFile> present) {
    List<String> problems = new ArrayList<>();
    for (Expected file : expected) {
      ScannedFile found = present.get(file.name());
      if (found != null && found.bytes() > 0 && found.content() instanceof Content.Damaged bad) {
        problems.add(file.name() + " (" + found.bytes() + " bytes): " + bad.why());
      }
    }
    return problems;
  }

  private static List<String> misfits(List<Expected> expected, Map<String, ScannedFile> present) {
    Map<String, List<Long>> sizes = new TreeMap<>();
    for (Expected file : expected) {
      sizes
          .computeIfAbsent(file.sizeClass().name(), name -> new ArrayList<>())
          .add(present.get(file.name()).bytes());
    }
    sizes.values().forEach(Collections::sort);
    List<String> problems = new ArrayList<>();
    for (Expected file : expected) {
      List<Long> sorted = sizes.get(file.sizeClass().name());
      // Of two, the larger: a file cut short is likelier than one that grew.
      long median = sorted.get(sorted.size() / 2);
      long bytes = present.get(file.name()).bytes();
      if (!file.sizeClass().accepts(median, bytes)) {
        problems.add(
            file.name()
                + " has "
                + bytes
                + " bytes, but the "
                + file.sizeClass().name()
                + " have "
                + median);
      }
    }
    return problems;
  }

  private static CheckpointManifest manifest(long iteration, Map<String, ScannedFile> present) {
    List<CheckpointManifest.Entry> entries = new ArrayList<>();
    for (ScannedFile file : present.values()) {
      if (file.content() instanceof Content.Fingerprint print) {
        entries.add(new CheckpointManifest.Entry(file.name(), file.bytes(), print.sha256()));
      }
    }
    return new CheckpointManifest(iteration, entries);
  }

  private static List<String> shortened(List<String> problems) {
    Collections.sort(problems);
    if (problems.size() <= PROBLEMS_MAX) {
      return problems;
    }
    List<String> first = new ArrayList<>(problems.subList(0, PROBLEMS_MAX));
    first.add("and " + (problems.size() - PROBLEMS_MAX) + " more");
    return first;
  }

  /** A stray file's name is not ours: it may hold anything but a slash. */
  private static String printable(String name) {
    StringBuilder clean = new StringBuilder();
    name.codePoints()
        .limit(100)
        .forEach(c -> clean.appendCodePoint(Character.isLetterOrDigit(c) || isPlain(c) ? c : '?'));
    return clean.toString();
  }

  private static boolean isPlain(int c) {
    return c > ' ' && c < 0x7f;
  }
}
