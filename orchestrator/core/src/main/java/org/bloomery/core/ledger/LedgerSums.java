package org.bloomery.core.ledger;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Sums over a ledger's lines that stay true as lines come and change: nobody has to go through a
 * million lines for an answer.
 *
 * @param <K> what is summed by; few values, since each has a sum
 */
public final class LedgerSums<K> {
  private final Function<LedgerEntry, List<K>> keys;
  private final Map<K, Sum> sums = new HashMap<>();

  /** Of the lines that have something in common. */
  public record Sum(long jobs, long allocatedGpuSeconds, long chargedGpuSeconds) {

    private Sum plus(Sum other) {
      return new Sum(
          jobs + other.jobs,
          allocatedGpuSeconds + other.allocatedGpuSeconds,
          chargedGpuSeconds + other.chargedGpuSeconds);
    }

    private Sum negated() {
      return new Sum(-jobs, -allocatedGpuSeconds, -chargedGpuSeconds);
    }

    private static Sum part(LedgerEntry line, int place, int parts) {
      return new Sum(
          1,
          GpuSeconds.part(line.allocatedGpuSeconds(), place, parts),
          GpuSeconds.part(line.chargedGpuSeconds(), place, parts));
    }
  }

  LedgerSums(Function<LedgerEntry, List<K>> keys) {
    this.keys = keys;
  }

  void put(LedgerEntry line) {
    List<K> of = keys.apply(line);
    for (int i = 0; i < of.size(); i++) {
      sums.merge(of.get(i), Sum.part(line, i, of.size()), Sum::plus);
    }
  }

  void take(LedgerEntry line) {
    List<K> of = keys.apply(line);
    for (int i = 0; i < of.size(); i++) {
      Sum left = sums.get(of.get(i)).plus(Sum.part(line, i, of.size()).negated());
      if (left.jobs() == 0) {
        sums.remove(of.get(i));
      } else {
        sums.put(of.get(i), left);
      }
    }
  }

  /** Shows each sum, in no order. */
  public void forEach(BiConsumer<K, Sum> reader) {
    sums.forEach(reader);
  }
}
