package org.bloomery.controlplane.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.budget.BurnDown;
import org.bloomery.core.budget.Payer;
import org.bloomery.core.budget.Purse;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Run;
import org.bloomery.core.spec.Partition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The allocations with what was posted against them, by the ledger, and what is reserved, by the
 * states of the runs. Both are taken from the same state of a run, so that a posting never counts
 * beside the reservation that it consumes.
 */
public final class AccountBook implements Accounts {
  private static final Logger LOG = LoggerFactory.getLogger(AccountBook.class);

  /** Allocations that follow each other; a longer chain would carry nothing that matters. */
  private static final int CARRIED_MAX = 20;

  private final LedgerStore store;
  private final LedgerBook ledger;
  private final RunStore runs;
  private final RunContexts contexts;
  private final RunStore.Epoch epoch;
  private final Map<RunId, Commitment> commitments = new HashMap<>();
  private final Map<String, Double> warned = new HashMap<>();

  /** Null until they are read, and again once a change may not be in the store. */
  private SortedMap<String, Budget> budgets;

  /** As of {@link #heldAt}, in seconds since 1970; empty again once a run holds back otherwise. */
  private final Map<Budget.Bound, Held> helds = new HashMap<>();

  private long heldAt;
  private boolean runsNoted;

  /** Runs whose bills could not be looked for in the ledger. */
  private final Map<RunId, Run> missed = new HashMap<>();

  /** What is wrong with the ledger, as it was logged last. */
  private String damage = "";

  private Map<Budget.Bound, BurnDown> usages = new HashMap<>();
  private long usagesOf = -1;
  private LocalDate usagesOn = LocalDate.MIN;

  /**
   * What a run holds back.
   *
   * @param devices that it computes on while it runs
   */
  private record Commitment(
      Payer payer, GpuSeconds reserved, Optional<Instant> runningSince, long devices) {
    GpuSeconds running(Instant now) {
      Duration lasted =
          runningSince
              .map(since -> Duration.between(since, now))
              .filter(time -> !time.isNegative())
              .orElse(Duration.ZERO);
      GpuSeconds used = GpuSeconds.of(devices, lasted);
      return used.compareTo(reserved) < 0 ? used : reserved;
    }
  }

  /** What all runs hold back together in one part of an allocation, and have used of it. */
  private record Held(GpuSeconds reserved, GpuSeconds running) {}

  public AccountBook(
      LedgerStore store,
      LedgerBook ledger,
      RunStore runs,
      RunContexts contexts,
      RunStore.Epoch epoch) {
    this.store = store;
    this.ledger = ledger;
    this.runs = runs;
    this.contexts = contexts;
    this.epoch = epoch;
  }

  @Override
  public synchronized void note(Run run) {
    try {
      ledger.note(run);
      damage = "";
    } catch (RunStore.DamagedException e) {
      // No run may be left alone for this; where accounts are limited, purses() says so again.
      missed.put(run.id(), run);
      if (!damage.equals(e.getMessage())) {
        LOG.error("the ledger: {}", e.getMessage());
        damage = e.getMessage();
      }
    }
    Optional<Commitment> commitment = commitment(run);
    Commitment before =
        commitment.isPresent()
            ? commitments.put(run.id(), commitment.get())
            : commitments.remove(run.id());
    if (!commitment.equals(Optional.ofNullable(before))) {
      helds.clear();
    }
  }

  @Override
  public synchronized void allNoted() {
    runsNoted = true;
  }

  /** Nothing also for a run whose spec cannot be read: it cannot start anything either. */
  private Optional<Commitment> commitment(Run run) {
    if (run.reserved().equals(GpuSeconds.ZERO)) {
      return Optional.empty();
    }
    try {
      RunContext context = contexts.of(run);
      Optional<Instant> since =
          run.phase() instanceof Phase.Running running
              ? Optional.of(running.since())
              : Optional.empty();
      boolean billed = run.attempt().map(Attempt::reserved).equals(Optional.of(GpuSeconds.ZERO));
      return Optional.of(
          new Commitment(
              context.payer(),
              run.reserved(),
              since.filter(time -> !billed),
              context.spec().resources().devices()));
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  /** All allocations, read once. */
  synchronized SortedMap<String, Budget> budgets() {
    if (budgets == null) {
      SortedMap<String, Budget> read = new TreeMap<>();
      store.budgets().forEach(budget -> read.put(budget.grant().name(), budget));
      budgets = read;
    }
    return budgets;
  }

  /** Records a changed allocation. */
  synchronized Budget record(Budget changed) {
    budgets();
    SortedMap<String, Budget> known = budgets;
    budgets = null;
    Budget recorded = store.recordBudget(changed, epoch);
    known.put(recorded.grant().name(), recorded);
    budgets = known;
    usagesOf = -1;
    helds.clear();
    return recorded;
  }

  @Override
  public synchronized List<Purse> purses(Payer payer, Instant now) {
    List<Budget> mine = budgets().values().stream().filter(one -> one.isFor(payer)).toList();
    if (mine.isEmpty()) {
      return List.of();
    }
    List<Run> again = List.copyOf(missed.values());
    missed.clear();
    again.forEach(this::note);
    LocalDate today = day(now);
    List<Purse> purses = new ArrayList<>();
    for (Budget budget : mine) {
      if (budget.contains(today)) {
        budget.bounds(payer).forEach(bound -> purses.add(purse(budget, bound, now)));
      }
    }
    return purses.isEmpty() ? List.of(closed(mine.get(mine.size() - 1), today)) : purses;
  }

  private static LocalDate day(Instant now) {
    return now.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  private static Purse closed(Budget budget, LocalDate today) {
    String name = budget.grant().name();
    String why =
        budget.grant().to().isBefore(today)
            ? "allocation " + name + " ended on " + budget.grant().to()
            : "allocation " + name + " begins on " + budget.grant().from();
    GpuSeconds none = GpuSeconds.ZERO;
    return new Purse(name, name, none, none, none, none, Optional.empty(), Optional.of(why));
  }

  /** What is left in one part of an allocation. */
  synchronized Purse purse(Budget budget, Budget.Bound bound, Instant now) {
    BurnDown usage = usage(budget, bound, now);
    GpuSeconds whole = budget.limit(carriedOver(budget, now));
    GpuSeconds limit = new GpuSeconds(Math.round(whole.value() * bound.fraction()));
    Held held = held(budget, bound, now);
    GpuSeconds posted = new GpuSeconds(usage.posted());
    warn(budget, bound, posted, now);
    return new Purse(
        bound.words(),
        budget.grant().name(),
        limit,
        posted,
        held.reserved(),
        held.running(),
        usage
            .dry(limit.value() - posted.plus(held.running()).value(), held.running().value())
            .expected(),
        Optional.empty());
  }

  /** What runs hold back in one part of an allocation; summed up at most once a second. */
  private Held held(Budget budget, Budget.Bound bound, Instant now) {
    if (!runsNoted) {
      // Somebody asks before the leader has read its runs.
      runs.load(runs.present()).forEach(this::note);
      runsNoted = true;
    }
    if (heldAt != now.getEpochSecond()) {
      helds.clear();
      heldAt = now.getEpochSecond();
    }
    return helds.computeIfAbsent(bound, part -> sum(budget, part, now));
  }

  private Held sum(Budget budget, Budget.Bound bound, Instant now) {
    GpuSeconds reserved = GpuSeconds.ZERO;
    GpuSeconds running = GpuSeconds.ZERO;
    for (Commitment one : commitments.values()) {
      if (budget.isFor(one.payer()) && bound.holdsFor(one.payer().team(), one.payer().user())) {
        reserved = reserved.plus(one.reserved());
        running = running.plus(one.running(now));
      }
    }
    return new Held(reserved, running);
  }

  /** What the allocation before this one has left to it, once that is over. */
  synchronized GpuSeconds carriedOver(Budget budget, Instant now) {
    return carriedOver(budget, now, CARRIED_MAX);
  }

  private GpuSeconds carriedOver(Budget budget, Instant now, int depth) {
    if (budget.grant().carryOver() == 0 || depth == 0) {
      return GpuSeconds.ZERO;
    }
    long left = 0;
    for (Budget other : budgets().values()) {
      if (budget.follows(other) && other.grant().to().isBefore(day(now))) {
        long whole = other.whole(carriedOver(other, now, depth - 1)).value();
        left += Math.max(0, whole - usage(other, other.all(), now).posted());
      }
    }
    return new GpuSeconds(Math.round(left * budget.grant().carryOver()));
  }

  /** What was billed in one part of an allocation; summed up again only when the ledger changes. */
  synchronized BurnDown usage(Budget budget, Budget.Bound bound, Instant now) {
    long generation = ledger.generation();
    if (generation != usagesOf || !usagesOn.equals(day(now))) {
      usages = new HashMap<>();
      usagesOf = generation;
      usagesOn = day(now);
    }
    return usages.computeIfAbsent(bound, part -> burnt(budget, part, now));
  }

  private BurnDown burnt(Budget budget, Budget.Bound bound, Instant now) {
    SortedMap<LocalDate, Long> daily = new TreeMap<>();
    ledger.forEachPayment(
        (paid, sum) -> {
          if (sum.chargedGpuSeconds() > 0
              && budget.isFor(payer(paid))
              && bound.holdsFor(paid.team(), paid.user())) {
            LocalDate day = LocalDate.ofEpochDay(paid.epochDay());
            if (budget.contains(day)) {
              daily.merge(day, sum.chargedGpuSeconds(), Long::sum);
            }
          }
        });
    return new BurnDown(daily, day(now));
  }

  private Payer payer(LedgerBook.PayingDay paid) {
    String type =
        contexts
            .profile(paid.cluster())
            .flatMap(profile -> profile.partition(Optional.of(paid.partition())))
            .map(Partition::device)
            .map(Partition.Device::type)
            .orElse("");
    return new Payer(paid.account(), paid.cluster(), type, paid.team(), paid.user());
  }

  /** Says once for each level that so much of an allocation is used. */
  private void warn(Budget budget, Budget.Bound bound, GpuSeconds posted, Instant now) {
    double used = used(budget, bound, posted, now);
    double level = level(budget, used);
    Double before = warned.put(bound.words(), level);
    if (level > 0 && (before == null || before < level)) {
      LOG.warn(
          "allocation {} is used to {} %, which is above the level of {} %",
          bound.words(), Math.round(used * 100), Math.round(level * 100));
    }
  }

  /** The share of the grant that is used; overdraft is beyond 1. */
  double used(Budget budget, Budget.Bound bound, GpuSeconds posted, Instant now) {
    double whole = budget.whole(carriedOver(budget, now)).value() * bound.fraction();
    return whole == 0 ? 1 : posted.value() / whole;
  }

  /** The highest warning level that is reached; 0 for none. */
  static double level(Budget budget, double used) {
    return budget.grant().warnAt().stream()
        .filter(level -> used >= level)
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(0);
  }
}
