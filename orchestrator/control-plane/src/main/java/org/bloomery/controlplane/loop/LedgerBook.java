package org.bloomery.controlplane.loop;

import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.JobStory;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.UsageTable;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.spec.Partition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger in memory. It is fed with what was imported and with the postings of the runs, which
 * it reads from their histories whenever somebody asks: what a run has recorded cannot be missing.
 */
public final class LedgerBook {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerBook.class);

  /** Accounting may be late by days; what comes after this gets a file of its own. */
  private static final int MONTHS_OPEN = 2;

  private final LedgerStore store;
  private final RunStore runs;
  private final RunContexts contexts;
  private final InstantSource time;
  private final RunStore.Epoch epoch;
  private final Map<RunId, Long> versions = new HashMap<>();
  private final Map<RunId, List<JobKey>> billed = new HashMap<>();
  private final Map<JobKey, JobStory> stories = new HashMap<>();

  /** Null until it is read, and again once a line may be in it that is not in the store. */
  private Ledger ledger;

  private long generation;

  public LedgerBook(
      LedgerStore store,
      RunStore runs,
      RunContexts contexts,
      InstantSource time,
      RunStore.Epoch epoch) {
    this.store = store;
    this.runs = runs;
    this.contexts = contexts;
    this.time = time;
    this.epoch = epoch;
  }

  synchronized LedgerAddition add(List<String> lines, String by) {
    List<LedgerEntry> entries = parsed(lines);
    long changed = keep(entries);
    LOG.info("{} lines for the ledger by {}, {} of them new", entries.size(), by, changed);
    return new LedgerAddition(entries.size(), changed);
  }

  private static List<LedgerEntry> parsed(List<String> lines) {
    LedgerLines reader = new LedgerLines();
    List<LedgerEntry> entries = new ArrayList<>();
    for (String line : lines) {
      try {
        entries.add(reader.read(line));
      } catch (IllegalArgumentException e) {
        throw new ApiException(
            ApiException.Kind.INVALID,
            "line " + (entries.size() + 1) + " is no line of a ledger: " + e.getMessage());
      }
    }
    return entries;
  }

  synchronized UsageTableView usage(GroupBy by, Period period) {
    catchUp();
    UsageTable table =
        UsageTable.of(
            ledger.entries(), by, period, line -> Optional.ofNullable(stories.get(line.job())));
    return UsageTableView.of(table, by, period, time.instant());
  }

  /** Moves old months into files; what fails is tried again the next time. */
  public synchronized void closeMonths() {
    try {
      catchUp();
      YearMonth open = YearMonth.from(time.instant().atOffset(ZoneOffset.UTC));
      for (LedgerMonth month : store.openMonths()) {
        if (month.month().isBefore(open.minusMonths(MONTHS_OPEN - 1L))) {
          store.close(month, epoch);
          LOG.info("the ledger of {} is closed", month);
        }
      }
    } catch (RunStore.StoreException e) {
      LOG.warn("months of the ledger are not closed: {}", e.getMessage());
    }
  }

  /** Adds what the store does not have yet, and returns how much that was. */
  private long keep(List<LedgerEntry> entries) {
    if (ledger == null) {
      Ledger read = new Ledger();
      store.read(read::add);
      ledger = read;
    }
    List<LedgerEntry> changed = ledger.add(entries);
    if (changed.isEmpty()) {
      return 0;
    }
    generation++;
    Ledger kept = ledger;
    // Should the store fail, it is read again: only it knows what it has.
    ledger = null;
    store.append(changed, epoch);
    ledger = kept;
    return changed.size();
  }

  private void catchUp() {
    keep(List.of());
    for (RunId id : runs.list()) {
      runs.load(id)
          .filter(run -> run.version() != versions.getOrDefault(id, 0L))
          .ifPresent(this::read);
    }
  }

  /**
   * Takes in what a run has been billed since the last time; its history is read for nothing else.
   */
  synchronized void note(Run run) {
    if (!run.billed().equals(billed.getOrDefault(run.id(), List.of()))) {
      read(run);
    }
  }

  /** Changes whenever a line does. */
  synchronized long generation() {
    keep(List.of());
    return generation;
  }

  /** Shows each line, in no order. */
  synchronized void forEach(Consumer<LedgerEntry> reader) {
    keep(List.of());
    ledger.entries().forEach(reader);
  }

  private void read(Run run) {
    RunHistory history = RunHistory.of(runs.history(run.id()));
    Optional<RunContext> context = context(run);
    String team = context.map(one -> one.spec().labels().getOrDefault("team", "")).orElse("");
    String partition = context.flatMap(LedgerBook::partition).orElse("");
    List<LedgerEntry> entries = new ArrayList<>();
    for (Posting posting : history.postings()) {
      entries.add(LedgerEntry.of(posting, team, partition));
    }
    keep(entries);
    for (RunHistory.AttemptSummary attempt : history.attempts()) {
      attempt.posting().ifPresent(posting -> stories.put(posting.job(), story(attempt)));
    }
    // A job that is no attempt's never trains.
    history
        .surplusPostings()
        .forEach(
            posting ->
                stories.put(posting.job(), new JobStory("surplus job", posting.charged().value())));
    versions.put(run.id(), run.version());
    billed.put(run.id(), run.billed());
  }

  private static JobStory story(RunHistory.AttemptSummary attempt) {
    return new JobStory(
        attempt.end().map(end -> end.cause().words()).orElse(""), attempt.lost().value());
  }

  private static Optional<String> partition(RunContext context) {
    return context.cluster().partition(context.spec().resources().partition()).map(Partition::name);
  }

  /** Nothing while the spec cannot be read. */
  private Optional<RunContext> context(Run run) {
    try {
      return Optional.of(contexts.of(run));
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }
}
