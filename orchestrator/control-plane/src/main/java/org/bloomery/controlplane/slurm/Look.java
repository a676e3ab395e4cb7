package org.bloomery.controlplane.slurm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bloomery.core.port.ResourceManager.Wanted;

/** What one look has brought home, before anything is concluded from it. */
final class Look {
  private final Instant asOf;
  private final Accounting accounting;
  private final Map<String, String> unclear;
  private final List<Sinfo.Node> nodes;
  private final Index<QueueRow> queue;
  private final Index<AccountingRow> accountingRows;

  /**
   * A look.
   *
   * @param queue all jobs of our user that the controller knows
   * @param unclear job names about which a further question was not answered, with the reason
   * @param nodes those of jobs that lost one, as far as they are known
   */
  Look(
      Instant asOf,
      List<QueueRow> queue,
      Accounting accounting,
      Map<String, String> unclear,
      List<Sinfo.Node> nodes) {
    this.asOf = asOf;
    this.nodes = List.copyOf(nodes);
    this.accounting = accounting;
    this.unclear = new HashMap<>(unclear);
    this.queue = new Index<>(queue);
    this.accountingRows =
        new Index<>(accounting instanceof Accounting.Known known ? known.rows() : List.of());
  }

  /** When it began; what happened since may not be in it. */
  Instant asOf() {
    return asOf;
  }

  Accounting accounting() {
    return accounting;
  }

  /** Why nothing is known about the jobs of this name, if that is so. */
  Optional<String> unclear(String jobName) {
    return Optional.ofNullable(unclear.get(jobName));
  }

  /** Which of its nodes a job has lost, if it has: those that are unfit since it ran. */
  Set<String> lostNodes(JobRow row) {
    Set<String> lost = new TreeSet<>();
    if (row.hasLostNode()) {
      nodes.stream()
          .filter(node -> row.nodes().contains(node.name()) && node.isLostSince(row.start()))
          .forEach(node -> lost.add(node.name()));
    }
    return lost;
  }

  /** The queue's rows of a run, found by any of its attempts. */
  List<QueueRow> queueOf(Wanted attempt, String user) {
    return queue.of(attempt, user);
  }

  /** The accounting's rows of a run, found by any of its attempts. */
  List<AccountingRow> accountingOf(Wanted attempt, String user) {
    return accountingRows.of(attempt, user);
  }

  /** Rows by name and by id: a user can have many more jobs than are wanted. */
  private static final class Index<R extends JobRow> {
    private final Map<String, List<R>> byName = new HashMap<>();
    private final Map<String, List<R>> byId = new HashMap<>();

    Index(List<R> rows) {
      for (R row : rows) {
        byName.computeIfAbsent(row.name(), name -> new ArrayList<>()).add(row);
        byId.computeIfAbsent(row.jobId(), id -> new ArrayList<>()).add(row);
      }
    }

    List<R> of(Wanted attempt, String user) {
      List<R> candidates = new ArrayList<>(byName.getOrDefault(attempt.jobName(), List.of()));
      Stream.concat(attempt.key().stream(), attempt.unbilled().stream())
          .forEach(key -> candidates.addAll(byId.getOrDefault(key.jobId(), List.of())));
      return candidates.stream().distinct().filter(row -> row.isOf(attempt, user)).toList();
    }
  }
}
