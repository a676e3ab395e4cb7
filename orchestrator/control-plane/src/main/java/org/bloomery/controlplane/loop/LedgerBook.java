package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.EnergyView;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSums;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.plan.BatchSchedule;
import org.bloomery.core.plan.EnergyEstimate;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.JobStory;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.Reports;
import org.bloomery.core.report.UsageTable;
import org.bloomery.core.report.WasteKind;
import org.bloomery.core.report.WasteSplit;
import org.bloomery.core.report.WasteTable;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunHistory;
import org.bloomery.core.spec.ClusterProfile;
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

  /** The dearest ones are told. */
  private static final int INCIDENTS_MAX = 50;

  private final LedgerStore store;
  private final RunStore runs;
  private final RunContexts contexts;
  private final InstantSource time;
  private final RunStore.Epoch epoch;
  private final Map<RunId, Long> versions = new HashMap<>();
  private final Map<RunId, List<JobKey>> billed = new HashMap<>();
  private final Map<JobKey, JobStory> stories = new HashMap<>();
  private final Map<JobKey, Incident> incidents = new HashMap<>();

  /** Should such a run be billed for a late job after all, its loop tells. */
  private final Set<RunId> settled = new HashSet<>();

  private final Map<RunId, Long> tokens = new HashMap<>();

  /** Null until it is read, and again once a line may be in it that is not in the store. */
  private Ledger ledger;

  /** Of {@link #ledger}, and null with it. */
  private Reports reports;

  private LedgerSums<PayingDay> payments;

  private long generation;

  /** What allocations ask about: who has used something on which day. */
  record PayingDay(
      long epochDay, String cluster, String partition, String account, String team, String user) {}

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

  LedgerAddition add(List<String> lines, String by) {
    // Outside of the lock: another request is being written meanwhile.
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
    UsageTable table = reports.usage(by, period, this::story);
    return UsageTableView.of(table, by, period, energy(period), time.instant());
  }

  /** What the devices of each partition have drawn, where their power is known. */
  private List<EnergyView> energy(Period period) {
    SortedMap<String, SortedMap<String, Long>> used = new TreeMap<>();
    reports
        .places(period)
        .forEach(
            (place, gpuSeconds) ->
                used.computeIfAbsent(place.cluster(), name -> new TreeMap<>())
                    .put(place.partition(), gpuSeconds));
    List<EnergyView> views = new ArrayList<>();
    used.forEach(
        (cluster, partitions) ->
            partitions.forEach(
                (partition, seconds) -> energy(cluster, partition, seconds).ifPresent(views::add)));
    return views;
  }

  private Optional<EnergyView> energy(String cluster, String partition, long gpuSeconds) {
    Optional<ClusterProfile> profile = contexts.profile(cluster);
    OptionalDouble watts =
        profile
            .flatMap(one -> one.partition(Optional.of(partition)))
            .map(one -> one.device().boardWatts())
            .orElse(OptionalDouble.empty());
    if (watts.isEmpty()) {
      return Optional.empty();
    }
    double hours = gpuSeconds / 3600.0;
    return Optional.of(
        EnergyView.of(
            cluster,
            partition,
            EnergyEstimate.of(hours, watts.getAsDouble(), profile.get().energy())));
  }

  synchronized WasteView waste(GroupBy by, Period period) {
    catchUp();
    WasteTable table = reports.waste(by, period, this::story);
    List<WasteView.Incident> some =
        incidents.values().stream()
            .filter(one -> ledger.find(one.job()).filter(period::contains).isPresent())
            .map(Incident::view)
            .sorted(Comparator.comparingLong(WasteView.Incident::gpuSeconds).reversed())
            .limit(INCIDENTS_MAX)
            .toList();
    long seen = tokens.values().stream().mapToLong(Long::longValue).sum();
    return WasteView.of(table, by, period, new WasteView.Extent(seen, some), time.instant());
  }

  private Optional<JobStory> story(LedgerEntry line) {
    return Optional.ofNullable(stories.get(line.job()));
  }

  /** The lines of a cluster whose jobs ended in a period. */
  synchronized List<LedgerEntry> lines(String cluster, Period period) {
    catchUp();
    return ledger.entries().stream()
        .filter(line -> line.job().cluster().equals(cluster) && period.contains(line))
        .toList();
  }

  /** Adds what accounting has told, and returns how much of it is new. */
  synchronized long collect(List<LedgerEntry> entries) {
    catchUp();
    return keep(entries);
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
  private synchronized long keep(List<LedgerEntry> entries) {
    if (ledger == null) {
      Ledger read = new Ledger();
      store.read(read::add);
      ledger = read;
      reports = new Reports(read);
      payments = null;
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
    List<RunId> open = runs.list().stream().filter(id -> !settled.contains(id)).toList();
    for (Run run : runs.load(open)) {
      if (run.version() != versions.getOrDefault(run.id(), 0L)) {
        read(run);
      }
      if (run.isFinished() && !run.hasOpenBills()) {
        settled.add(run.id());
      }
    }
  }

  /**
   * Takes in what a run has been billed since the last time; its history is read for nothing else,
   * and not for what an earlier leader has taken in.
   */
  synchronized void note(Run run) {
    if (run.billed().equals(billed.getOrDefault(run.id(), List.of()))) {
      return;
    }
    keep(List.of());
    if (run.billed().stream().allMatch(this::isPosted)) {
      billed.put(run.id(), run.billed());
    } else {
      read(run);
    }
  }

  /** Whether a run's own posting is among the lines of a job. */
  private boolean isPosted(JobKey job) {
    return ledger.find(job).flatMap(LedgerEntry::run).isPresent();
  }

  /** Changes whenever a line does. */
  synchronized long generation() {
    keep(List.of());
    return generation;
  }

  /** Shows what was used by whom on each day, in no order. */
  synchronized void forEachPayment(BiConsumer<PayingDay, LedgerSums.Sum> reader) {
    keep(List.of());
    if (payments == null) {
      payments = ledger.sums(line -> List.of(payingDay(line)));
    }
    payments.forEach(reader);
  }

  private static PayingDay payingDay(LedgerEntry line) {
    return new PayingDay(
        Math.floorDiv(line.end(), Duration.ofDays(1).toSeconds()),
        line.job().cluster(),
        line.partition(),
        line.account(),
        line.team(),
        line.user());
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
    incidents(run, history.attempts());
    context.ifPresent(one -> tokens.put(run.id(), tokens(run, one)));
    // A job that is no attempt's never trains.
    history
        .surplusPostings()
        .forEach(
            posting ->
                stories.put(
                    posting.job(), new JobStory("surplus job", WasteSplit.surplus(posting))));
    versions.put(run.id(), run.version());
    billed.put(run.id(), run.billed());
  }

  /** What each end that nobody planned has cost: what was lost by it, and the next start. */
  private void incidents(Run run, List<RunHistory.AttemptSummary> attempts) {
    for (int i = 0; i < attempts.size(); i++) {
      RunHistory.AttemptSummary attempt = attempts.get(i);
      Optional<RunEvent.AttemptEnded> end = attempt.end().filter(one -> isIncident(one.cause()));
      if (end.isPresent() && attempt.posting().isPresent()) {
        long next =
            i + 1 < attempts.size() && attempts.get(i + 1).posting().isPresent()
                ? story(attempts.get(i + 1)).split().of(WasteKind.START_UP)
                : 0;
        WasteSplit split = story(attempt).split();
        long cost = split.sum() - split.of(WasteKind.PRODUCTIVE) + next;
        JobKey job = attempt.posting().get().job();
        incidents.put(job, new Incident(job, run.id(), end.get(), cost));
      }
    }
  }

  private static boolean isIncident(EndCause cause) {
    return switch (cause) {
      case COMPLETED, PLANNED_EXIT, STOPPED, CANCELLED, NOT_BOUND -> false;
      case TIME_LIMIT,
          PREEMPTED,
          NODE_FAILURE,
          GPU_FAULT,
          COMMUNICATION_FAULT,
          GPU_OUT_OF_MEMORY,
          HOST_OUT_OF_MEMORY,
          RANK_KILLED,
          DISK_FULL,
          CHECKPOINT_DAMAGED,
          WRONG_START,
          USER_CODE,
          HANG,
          PREFLIGHT,
          FENCED,
          UNKNOWN ->
          true;
    };
  }

  /** One end that nobody planned, and what it cost. */
  private record Incident(JobKey job, RunId run, RunEvent.AttemptEnded end, long gpuSeconds) {
    WasteView.Incident view() {
      return new WasteView.Incident(
          run.value(), end.attempt(), end.cause().words(), end.badNodes(), gpuSeconds);
    }
  }

  private static JobStory story(RunHistory.AttemptSummary attempt) {
    return new JobStory(
        attempt.end().map(end -> end.cause().words()).orElse(""), WasteSplit.of(attempt));
  }

  /** How many tokens the sealed training has seen. */
  private static long tokens(Run run, RunContext context) {
    long reached = run.lineage().head().map(head -> head.ref().iteration()).orElse(0L);
    return reached == 0 ? 0 : BatchSchedule.of(context.spec()).tokens(reached);
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
