package org.bloomery.core.report;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bloomery.core.ledger.GpuSeconds;

/** Several figures of jobs, summed up by group and in all, to the second. */
final class GroupSums {
  private final Map<String, Sum> groups = new HashMap<>();
  private final Sum all;

  /** What one group has come to so far. */
  static final class Sum {
    private final long[] figures;
    private long jobs;

    private Sum(int figures) {
      this.figures = new long[figures];
    }

    long jobs() {
      return jobs;
    }

    long figure(int number) {
      return figures[number];
    }

    private void add(long more, long... moreFigures) {
      jobs += more;
      for (int i = 0; i < figures.length; i++) {
        figures[i] += moreFigures[i];
      }
    }
  }

  /** How a sum becomes a row of a table. */
  interface RowOf<R> {
    R of(String key, Sum sum);
  }

  /** What rows of all tables have. */
  interface Row {
    String key();

    long gpuSeconds();
  }

  GroupSums(int figures) {
    all = new Sum(figures);
  }

  /** Adds a job, in equal parts to each of its groups. */
  void addJob(List<String> keys, long... figures) {
    all.add(1, figures);
    for (int i = 0; i < keys.size(); i++) {
      long[] parts = new long[figures.length];
      for (int j = 0; j < parts.length; j++) {
        parts[j] = GpuSeconds.part(figures[j], i, keys.size());
      }
      addToGroup(keys.get(i), 1, parts);
    }
  }

  /** Adds what jobs have come to in one group; the whole gets it by {@link #addToAll}. */
  void addToGroup(String key, long jobs, long... figures) {
    groups.computeIfAbsent(key, name -> new Sum(figures.length)).add(jobs, figures);
  }

  /** Adds jobs, each of them once, whose groups got them by {@link #addToGroup}. */
  void addToAll(long jobs, long... figures) {
    all.add(jobs, figures);
  }

  Sum all() {
    return all;
  }

  /** All groups: times in their order, anything else by its size. */
  <R extends Row> List<R> rows(GroupBy by, RowOf<R> form) {
    Comparator<R> byKey = Comparator.comparing(R::key);
    Comparator<R> bySize = Comparator.<R>comparingLong(R::gpuSeconds).reversed();
    return groups.entrySet().stream()
        .map(group -> form.of(group.getKey(), group.getValue()))
        .sorted(by.isTime() ? byKey : bySize.thenComparing(byKey))
        .toList();
  }
}
