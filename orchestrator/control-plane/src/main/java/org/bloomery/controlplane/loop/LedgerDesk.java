package org.bloomery.controlplane.loop;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.AuditView;
import org.bloomery.controlplane.api.BudgetMovement;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.budget.BurnDown;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.budget.Purse;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.port.AccountingSource;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.report.Audit;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.SiteReport;
import org.bloomery.core.spec.Allocation;
import org.bloomery.core.spec.BindContext;
import org.bloomery.core.spec.Bound;
import org.bloomery.core.spec.SpecBinder;

/** Answers what people ask of the ledger and of the accounts, and does what they ask there. */
public final class LedgerDesk implements LedgerApi {
  private static final int REASON_CHARS_MAX = 200;

  /** Each day is a question to the accounting. */
  private static final Duration ASKED_MAX = Duration.ofDays(400);

  private static final BurnDown.Dry NEVER =
      new BurnDown.Dry(Optional.empty(), Optional.empty(), Optional.empty());

  private final LedgerBook ledger;
  private final AccountBook accounts;
  private final InstantSource time;
  private final SortedMap<String, AccountingSource> sources;

  /**
   * A desk.
   *
   * @param sources the accounting of each cluster that has one
   */
  public LedgerDesk(
      LedgerBook ledger,
      AccountBook accounts,
      InstantSource time,
      SortedMap<String, AccountingSource> sources) {
    this.ledger = ledger;
    this.accounts = accounts;
    this.time = time;
    this.sources = new TreeMap<>(sources);
  }

  @Override
  public LedgerAddition add(List<String> lines, String by) {
    return answer(() -> ledger.add(lines, by));
  }

  @Override
  public UsageTableView usage(GroupBy by, Period period) {
    return answer(() -> ledger.usage(by, period));
  }

  @Override
  public WasteView waste(GroupBy by, Period period) {
    return answer(() -> ledger.waste(by, period));
  }

  @Override
  public LedgerAddition collect(Optional<String> cluster, Period period, String by) {
    List<LedgerEntry> jobs = accounting(source(cluster), closed(period));
    return answer(() -> new LedgerAddition(jobs.size(), ledger.collect(jobs)));
  }

  @Override
  public AuditView audit(Optional<String> cluster, Period period) {
    String name = source(cluster);
    Period days = closed(period);
    List<LedgerEntry> jobs = accounting(name, days);
    AuditView.Report report = report(name, days, jobs);
    return answer(
        () ->
            AuditView.of(
                Audit.of(jobs, ledger.lines(name, days)), name, days, report, time.instant()));
  }

  private AuditView.Report report(String cluster, Period days, List<LedgerEntry> jobs) {
    try {
      AccountingSource.Report said = sources.get(cluster).report(begin(days), end(days));
      SiteReport explained = SiteReport.of(said.until(), said.gpuSeconds(), said.parts(), jobs);
      return new AuditView.Report(Optional.of(explained), Optional.empty());
    } catch (AccountingSource.SilentException e) {
      return new AuditView.Report(Optional.empty(), Optional.of(e.getMessage()));
    }
  }

  /** A period with both its ends: by default, this month so far. */
  private Period closed(Period period) {
    LocalDate today = time.instant().atOffset(ZoneOffset.UTC).toLocalDate();
    LocalDate to = period.to().orElse(today);
    return Period.of(period.from().orElse(to.withDayOfMonth(1)), to);
  }

  private String source(Optional<String> cluster) {
    if (cluster.isEmpty() && sources.size() == 1) {
      return sources.keySet().iterator().next();
    }
    return cluster
        .filter(name -> sources.containsKey(name))
        .orElseThrow(
            () ->
                new ApiException(
                    ApiException.Kind.INVALID,
                    "say which cluster; there is accounting of: "
                        + (sources.isEmpty() ? "none" : String.join(", ", sources.keySet()))));
  }

  private static Instant begin(Period days) {
    return days.from().orElseThrow().atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static Instant end(Period days) {
    return days.to().orElseThrow().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private List<LedgerEntry> accounting(String cluster, Period days) {
    Instant from = begin(days);
    Instant to = end(days);
    if (Duration.between(from, to).compareTo(ASKED_MAX) > 0) {
      throw new ApiException(
          ApiException.Kind.INVALID, "ask about at most " + ASKED_MAX.toDays() + " days at once");
    }
    try {
      return sources.get(cluster).ended(from, to);
    } catch (AccountingSource.SilentException e) {
      throw new ApiException(ApiException.Kind.UNAVAILABLE, e.getMessage());
    }
  }

  @Override
  public List<BudgetView> budgets() {
    return answer(() -> accounts.budgets().values().stream().map(this::view).toList());
  }

  @Override
  public BudgetView setBudget(String allocationText, String file, String by) {
    Bound<Allocation> bound =
        SpecBinder.bindAllocation(
            file, allocationText.getBytes(StandardCharsets.UTF_8), new BindContext("/", "/"));
    if (!(bound instanceof Bound.Value<Allocation> good)) {
      throw new ApiException(
          ApiException.Kind.INVALID,
          file + " is no good allocation; nothing was set",
          bound.problemList());
    }
    Allocation grant = good.value();
    return answer(
        () -> {
          overlapping(grant)
              .ifPresent(
                  other -> {
                    throw refused(
                        "allocation "
                            + other
                            + " is for the same account, devices and days: change that one");
                  });
          Budget before = accounts.budgets().get(grant.name());
          Budget changed = before == null ? Budget.of(grant) : before.granting(grant);
          return view(accounts.record(changed));
        });
  }

  private Optional<String> overlapping(Allocation grant) {
    return accounts.budgets().values().stream()
        .map(Budget::grant)
        .filter(
            other ->
                !other.name().equals(grant.name())
                    && other.account().equals(grant.account())
                    && other.cluster().equals(grant.cluster())
                    && other.gpuType().equals(grant.gpuType())
                    && !other.to().isBefore(grant.from())
                    && !other.from().isAfter(grant.to()))
        .map(Allocation::name)
        .findFirst();
  }

  @Override
  public BudgetView move(BudgetMovement asked, String by) {
    if (asked.why().length() > REASON_CHARS_MAX) {
      throw new ApiException(
          ApiException.Kind.INVALID, "a reason has at most " + REASON_CHARS_MAX + " characters");
    }
    return answer(
        () -> {
          Budget budget = accounts.budgets().get(asked.allocation());
          if (budget == null) {
            throw new ApiException(
                ApiException.Kind.NOT_FOUND,
                "there is no allocation "
                    + asked.allocation()
                    + "; bloomery budget show lists all");
          }
          Optional<Movement> done = budget.movement(asked.id());
          if (done.isPresent()) {
            requireSame(done.get(), asked);
            return view(budget);
          }
          if (budget.movements().size() >= Budget.MOVEMENTS_MAX) {
            throw refused(
                "allocation "
                    + asked.allocation()
                    + " has "
                    + Budget.MOVEMENTS_MAX
                    + " credits and debits already: set an allocation for a new period");
          }
          Movement movement =
              new Movement(
                  Optional.of(asked.id()),
                  asked.kind(),
                  asked.amount(),
                  by,
                  asked.why(),
                  time.instant());
          return view(accounts.record(budget.with(movement)));
        });
  }

  private static void requireSame(Movement done, BudgetMovement asked) {
    if (done.kind() != asked.kind() || !done.amount().equals(asked.amount())) {
      throw refused(
          "there is another movement with the id "
              + asked.id()
              + ": a "
              + done.kind().word()
              + " of "
              + done.amount().value()
              + " GPU-seconds");
    }
  }

  private BudgetView view(Budget budget) {
    Instant now = time.instant();
    Purse all = accounts.purse(budget, budget.all(), now);
    List<BudgetView.Share> shares = new ArrayList<>();
    for (Budget.Bound part : budget.parts().subList(1, budget.parts().size())) {
      Purse purse = accounts.purse(budget, part, now);
      shares.add(
          new BudgetView.Share(
              part.words().substring(budget.grant().name().length() + 2),
              purse.limit().value(),
              purse.posted().value(),
              purse.reserved().value(),
              purse.left().value()));
    }
    BurnDown usage = accounts.usage(budget, budget.all(), now);
    long left = all.limit().value() - all.posted().value() - all.running().value();
    BurnDown.Dry dry =
        budget.contains(usage.today()) ? usage.dry(left, all.running().value()) : NEVER;
    double used = accounts.used(budget, budget.all(), all.posted(), now);
    return new BudgetView(
        now,
        budget.grant().name(),
        budget.grant().account(),
        budget.grant().cluster(),
        budget.grant().gpuType(),
        budget.grant().from(),
        budget.grant().to(),
        budget.grant().granted().value(),
        accounts.carriedOver(budget, now).value(),
        budget.moved(Movement.Kind.CREDIT).value(),
        budget.moved(Movement.Kind.DEBIT).value(),
        all.limit().value(),
        all.posted().value(),
        all.reserved().value(),
        all.left().value(),
        all.overshoot().value(),
        used,
        AccountBook.level(budget, used),
        usage.perDay(all.running().value()),
        dry.expected(),
        dry.earliest(),
        dry.latest(),
        usage.points(all.limit().value()),
        shares,
        budget.movements());
  }

  private static ApiException refused(String message) {
    return new ApiException(ApiException.Kind.REFUSED, message);
  }

  private static <T> T answer(Supplier<T> question) {
    try {
      return question.get();
    } catch (RunStore.StoreException e) {
      throw new ApiException(ApiException.Kind.UNAVAILABLE, "the ledger: " + e.getMessage());
    }
  }
}
