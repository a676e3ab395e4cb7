package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.port.ResourceManager.Wanted;

/**
 * Asks SLURM what there is to know about the wanted attempts, with as few commands as tell: always
 * the queue, the accounting only about what the queue does not show alive, the controller about
 * single jobs that neither knows, and about the nodes of jobs that lost one.
 */
final class Lookout {
  /** Single questions in one look; what is left waits for the next. */
  private static final int DETAILS_MAX = 4;

  /** A clock there may go behind ours. */
  private static final Duration EARLIER = Duration.ofHours(1);

  private static final String DISABLED = "accounting storage is disabled";

  private final SlurmSite site;
  private final SlurmCommands commands;
  private final LongSupplier monotonicNanos;
  private Optional<Long> silentSinceNanos = Optional.empty();

  Lookout(SlurmSite site, SlurmCommands commands, LongSupplier monotonicNanos) {
    this.site = site;
    this.commands = commands;
    this.monotonicNanos = monotonicNanos;
  }

  /**
   * Looks.
   *
   * @param settled jobs about which nothing new can be learnt
   * @return what there is to see, or why there is nothing to conclude from
   */
  Report<Look> look(List<Wanted> wanted, Set<JobKey> settled, Instant now) {
    return Squeue.read(commands.run(SlurmProgram.SQUEUE, Squeue.ofUser(site.user())))
        .match(queue -> new Report.Clear<>(look(wanted, settled, now, queue)), Report.Unclear::new);
  }

  private Look look(List<Wanted> wanted, Set<JobKey> settled, Instant now, List<QueueRow> queue) {
    List<QueueRow> rows = new ArrayList<>(queue);
    List<Wanted> open = notAlive(wanted, rows, settled);
    List<Wanted> asked =
        wanted.stream()
            .filter(attempt -> open.contains(attempt) || hasOpenBill(attempt, rows, settled))
            .toList();
    Accounting accounting = accounting(asked, now);
    Map<String, String> unclear = new TreeMap<>();
    if (accounting instanceof Accounting.Known known) {
      int details = 0;
      for (Wanted attempt : withoutRow(open, rows, known.rows())) {
        if (details++ == DETAILS_MAX) {
          break;
        }
        details(attempt, rows, unclear);
      }
    }
    List<JobRow> all = new ArrayList<>(rows);
    if (accounting instanceof Accounting.Known known) {
      all.addAll(known.rows());
    }
    List<Wanted> unsettled =
        wanted.stream()
            .filter(attempt -> attempt.key().filter(settled::contains).isEmpty())
            .toList();
    return new Look(now, rows, accounting, unclear, nodesOfLosers(unsettled, all));
  }

  /**
   * How it is with the nodes of the jobs that lost one, as long as something can be learnt of them.
   * That there is no answer is no reason to wait: the job's end is known without it.
   */
  private List<Sinfo.Node> nodesOfLosers(List<Wanted> unsettled, List<JobRow> rows) {
    Set<String> directories = new HashSet<>();
    unsettled.forEach(attempt -> directories.add(attempt.directory()));
    Set<String> names = new TreeSet<>();
    rows.stream()
        .filter(row -> row.hasLostNode() && directories.contains(row.workDirectory()))
        .forEach(row -> names.addAll(row.nodes()));
    return parts(names).stream()
        .flatMap(
            part ->
                Sinfo.read(commands.run(SlurmProgram.SINFO, Sinfo.nodes(part)))
                    .match(List::stream, why -> Stream.empty()))
        .toList();
  }

  /** Those of which more must be known than the queue says: what it shows alive, lives. */
  private List<Wanted> notAlive(List<Wanted> wanted, List<QueueRow> queue, Set<JobKey> settled) {
    Map<String, List<QueueRow>> alive = new TreeMap<>();
    for (QueueRow row : queue) {
      if (isAlive(row)) {
        alive.computeIfAbsent(row.workDirectory(), directory -> new ArrayList<>()).add(row);
      }
    }
    return wanted.stream()
        .filter(attempt -> attempt.key().filter(settled::contains).isEmpty())
        .filter(
            attempt ->
                alive.getOrDefault(attempt.directory(), List.of()).stream()
                    .noneMatch(row -> isCurrent(row, attempt)))
        .toList();
  }

  private static boolean isAlive(QueueRow row) {
    return row.known().filter(state -> state.inQueue() != JobState.ENDED).isPresent();
  }

  /** Whether a job of the run that is no attempt's may be over, and its bill be there. */
  private static boolean hasOpenBill(Wanted attempt, List<QueueRow> queue, Set<JobKey> settled) {
    return attempt.unbilled().stream()
        .anyMatch(
            job ->
                !settled.contains(job)
                    && queue.stream().noneMatch(row -> isAlive(row) && row.isJob(job)));
  }

  private boolean isCurrent(QueueRow row, Wanted attempt) {
    return row.isOf(attempt, site.user()) && attempt.key().map(row::isJob).orElse(true);
  }

  private Accounting accounting(List<Wanted> open, Instant now) {
    if (open.isEmpty()) {
      // Silence counts only while there is a question.
      silentSinceNanos = Optional.empty();
      return new Accounting.Known(List.of());
    }
    long from = open.stream().mapToLong(w -> w.since().getEpochSecond()).min().orElseThrow();
    // The end lies ahead: a clock there that is ahead of ours must not hide the newest jobs.
    Sacct.Window window =
        new Sacct.Window(from - EARLIER.toSeconds(), now.getEpochSecond() + EARLIER.toSeconds());
    Set<String> names = new TreeSet<>();
    open.forEach(attempt -> names.add(attempt.jobName()));
    Set<AccountingRow> rows = new LinkedHashSet<>();
    for (List<String> part : parts(names)) {
      Optional<Accounting> trouble = ask(Sacct.named(site.user(), part, window), rows);
      if (trouble.isPresent()) {
        return trouble.get();
      }
    }
    for (List<String> part : parts(unsettledIds(open, rows))) {
      Optional<Accounting> trouble = ask(Sacct.numbered(site.user(), part, window), rows);
      if (trouble.isPresent()) {
        return trouble.get();
      }
    }
    silentSinceNanos = Optional.empty();
    return new Accounting.Known(List.copyOf(rows));
  }

  /** Asks, and adds the rows; or says why there are none. */
  private Optional<Accounting> ask(List<String> arguments, Set<AccountingRow> rows) {
    return Sacct.read(commands.run(SlurmProgram.SACCT, arguments))
        .match(
            good -> {
              rows.addAll(good);
              return Optional.empty();
            },
            why -> Optional.of(silent(why)));
  }

  /** Silent for now, or for so long that it counts as none. */
  private Accounting silent(String why) {
    long nanos = monotonicNanos.getAsLong();
    silentSinceNanos = silentSinceNanos.or(() -> Optional.of(nanos));
    Duration silence = Duration.ofNanos(nanos - silentSinceNanos.get());
    boolean off = why.contains(DISABLED) || silence.compareTo(site.accountingGrace()) >= 0;
    return off ? new Accounting.Off(why) : new Accounting.Silent(why);
  }

  /**
   * The ids of known jobs that the names did not lead to: somebody may have renamed them. That an
   * earlier job had the same id settles nothing.
   */
  private static Set<String> unsettledIds(List<Wanted> open, Set<AccountingRow> rows) {
    Set<String> ids = new TreeSet<>();
    for (Wanted attempt : open) {
      Stream.concat(attempt.key().stream(), attempt.unbilled().stream())
          .filter(key -> rows.stream().noneMatch(row -> row.isFinal() && row.isJob(key)))
          .map(JobKey::jobId)
          .filter(id -> id.matches("[0-9]+"))
          .forEach(ids::add);
    }
    return ids;
  }

  private static List<Wanted> withoutRow(
      List<Wanted> open, List<QueueRow> queue, List<AccountingRow> accounting) {
    return open.stream()
        .filter(
            attempt ->
                attempt
                    .key()
                    .filter(key -> queue.stream().noneMatch(row -> row.isJob(key)))
                    .filter(
                        key ->
                            accounting.stream().noneMatch(row -> row.isFinal() && row.isJob(key)))
                    .isPresent())
        .toList();
  }

  /** Asks the controller about one job that it has not listed. */
  private void details(Wanted attempt, List<QueueRow> rows, Map<String, String> unclear) {
    String jobId = attempt.key().orElseThrow().jobId();
    ScontrolJob.read(commands.run(SlurmProgram.SCONTROL, ScontrolJob.show(jobId)))
        .either(rows::addAll, why -> unclear.put(attempt.jobName(), why));
  }

  /** Cuts a list into parts that fit into an argument. */
  private static List<List<String>> parts(Collection<String> words) {
    List<List<String>> parts = new ArrayList<>();
    int chars = Sacct.LIST_CHARS_MAX;
    for (String word : words) {
      if (chars + word.length() + 1 > Sacct.LIST_CHARS_MAX) {
        parts.add(new ArrayList<>());
        chars = 0;
      }
      parts.get(parts.size() - 1).add(word);
      chars += word.length() + 1;
    }
    return parts;
  }
}
