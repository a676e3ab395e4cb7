package org.bloomery.core.slurm;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What a job was given, as accounting writes it: {@code
 * billing=3072,cpu=3072,gres/gpu:a100=384,gres/gpu=384,mem=48000M,node=48}.
 *
 * @param devices absent where the site's accounting does not count them
 */
public record Tres(int nodes, long cpus, OptionalLong devices) {
  public static final Tres NOTHING = new Tres(0, 0, OptionalLong.empty());

  private static final String GPU = "gres/gpu";

  /** Reads the text; what cannot be read counts as not said. */
  public static Tres parse(String text) {
    Map<String, Long> counts = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0 && part.substring(equals + 1).matches("[0-9]{1,15}")) {
        counts.put(part.substring(0, equals), Long.parseLong(part.substring(equals + 1)));
      }
    }
    long nodes = counts.getOrDefault("node", 0L);
    return new Tres(
        (int) Math.min(nodes, Integer.MAX_VALUE), counts.getOrDefault("cpu", 0L), devices(counts));
  }

  /** The total if it is given; else the sum of the types, which the total would include. */
  private static OptionalLong devices(Map<String, Long> counts) {
    if (counts.containsKey(GPU)) {
      return OptionalLong.of(counts.get(GPU));
    }
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(GPU + ":"))
        .mapToLong(Map.Entry::getValue)
        .reduce(Math::addExact);
  }
}
