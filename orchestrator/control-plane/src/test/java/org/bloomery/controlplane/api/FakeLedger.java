package org.bloomery.controlplane.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bloomery.core.budget.BurnDown;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.plan.EnergyEstimate;
import org.bloomery.core.report.Audit;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import org.bloomery.core.report.SiteReport;
import org.bloomery.core.report.UsageTable;
import org.bloomery.core.report.WasteKind;
import org.bloomery.core.report.WasteSplit;
import org.bloomery.core.report.WasteTable;
import org.bloomery.core.spec.SiteEnergy;
import org.bloomery.core.spec.Sourced;

/** The ledger of a project that trained for two months; it notes what it is asked. */
public final class FakeLedger implements LedgerApi {
  private static final Instant NOW = Instant.parse("2022-05-01T00:00:00Z");

  private final Consumer<String> notes;

  FakeLedger(Consumer<String> notes) {
    this.notes = notes;
  }

  @Override
  public LedgerAddition add(List<String> lines, String by) {
    notes.accept("ledger add " + lines.size() + " by " + by);
    return new LedgerAddition(lines.size(), lines.size() - 1L);
  }

  /** The published figures of BLOOM's final run. */
  private static EnergyView energy() {
    SiteEnergy site =
        new SiteEnergy(
            new Sourced(57, "RTE 2021, by the carbon footprint paper"),
            new Sourced(1, "not counted there"));
    return EnergyView.of(
        "jean-zay-a100", "gpu_p5", EnergyEstimate.of(1_082_989.4767, 400, Optional.of(site)));
  }

  @Override
  public WasteView waste(GroupBy by, Period period) {
    notes.accept("ledger waste by " + by.word() + " in " + period);
    WasteSplit split =
        new WasteSplit(
            Map.of(
                WasteKind.PRODUCTIVE, 900_000_000L,
                WasteKind.START_UP, 36_000_000L,
                WasteKind.CHECKPOINT_SAVE, 18_000_000L,
                WasteKind.VALIDATION, 6_000_000L,
                WasteKind.LOST, 40_000_000L));
    WasteTable.Row row = new WasteTable.Row("tr11", 12, 1_000_000_000, split.parts());
    WasteView.Incident incident =
        new WasteView.Incident("tr11", 7, "GPU fault", List.of("iam34"), 9_830_400);
    return WasteView.of(
        new WasteTable(12, 1_000_000_000, split.parts(), List.of(row)),
        by,
        period,
        new WasteView.Extent(90_000_000_000L, List.of(incident)),
        NOW);
  }

  @Override
  public LedgerAddition collect(Optional<String> cluster, Period period, String by) {
    notes.accept("ledger collect " + cluster.orElse("of all") + " in " + period + " by " + by);
    return new LedgerAddition(12, 3);
  }

  @Override
  public AuditView audit(Optional<String> cluster, Period period) {
    notes.accept("ledger audit " + cluster.orElse("of all") + " in " + period);
    Audit.Row row =
        new Audit.Row(
            "4242",
            1_648_000_000,
            Optional.of(new RunId("tr11")),
            "six",
            1200,
            1180,
            "posted from its exit record: bloomery ledger collect corrects it");
    return AuditView.of(
        new Audit(20, 1_495_328_020, 1_495_328_000, 21, List.of(row)),
        cluster.orElse("jean-zay-a100"),
        Period.of(LocalDate.of(2022, 3, 1), LocalDate.of(2022, 4, 30)),
        new AuditView.Report(Optional.of(siteReport()), Optional.empty()),
        NOW);
  }

  private static SiteReport siteReport() {
    SiteReport.Row row =
        new SiteReport.Row("4250", 1_651_300_000, "six", 38_400, 0, "it is not over");
    return new SiteReport(NOW, 1_495_366_420, 0, List.of(row));
  }

  @Override
  public List<BudgetView> budgets() {
    notes.accept("budgets");
    return List.of(budget());
  }

  @Override
  public BudgetView setBudget(String allocationText, String file, String by) {
    notes.accept("budget set " + file + " by " + by);
    return budget();
  }

  @Override
  public BudgetView move(BudgetMovement asked, String by) {
    notes.accept("budget " + asked.kind().word() + " " + asked.allocation() + " by " + by);
    return budget();
  }

  private static BudgetView budget() {
    long hour = 3600;
    return new BudgetView(
        NOW,
        "six-a100",
        "six",
        "jean-zay-a100",
        "a100",
        LocalDate.of(2022, 2, 1),
        LocalDate.of(2022, 9, 15),
        1_500_000 * hour,
        10_000 * hour,
        100_000 * hour,
        0,
        2_012_500 * hour,
        1_251_068 * hour,
        7_680 * hour,
        753_752 * hour,
        0,
        0.777,
        0,
        9216.0 * hour,
        Optional.of(LocalDate.of(2022, 7, 21)),
        Optional.of(LocalDate.of(2022, 7, 9)),
        Optional.of(LocalDate.of(2022, 8, 6)),
        List.of(
            new BurnDown.Point(LocalDate.of(2022, 3, 31), 1_500_000 * hour),
            new BurnDown.Point(LocalDate.of(2022, 4, 30), 761_432 * hour)),
        List.of(
            new BudgetView.Share(
                "team modeling", 1_207_500 * hour, 900_000 * hour, 7_680 * hour, 299_820 * hour)),
        List.of(
            new Movement(
                Optional.of("4711"),
                Movement.Kind.CREDIT,
                new GpuSeconds(100_000 * hour),
                "ada",
                "second grant of the year",
                NOW.minusSeconds(86_400))));
  }

  @Override
  public UsageTableView usage(GroupBy by, Period period) {
    notes.accept("ledger usage by " + by.word() + " in " + period);
    List<UsageTable.Row> rows =
        switch (by) {
          case MONTH ->
              List.of(
                  new UsageTable.Row("2022-03", 12, 500_000_000, 500_000_000, 40_000_000, 0),
                  new UsageTable.Row("2022-04", 9, 995_328_000, 995_328_000, 3_600, 328_000));
          case RUN, USER, ACCOUNT, TEAM, WEEK, CAUSE, NODE ->
              List.of(
                  new UsageTable.Row("first", 20, 1_495_000_000, 1_495_000_000, 40_003_600, 0),
                  new UsageTable.Row("", 1, 328_000, 328_000, 0, 328_000));
        };
    return UsageTableView.of(
        new UsageTable(21, 1_495_328_000, 1_495_328_000, 40_003_600, 328_000, rows),
        by,
        period,
        List.of(energy()),
        NOW);
  }
}
