package org.bloomery.controlplane.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.controlplane.api.AuditView;
import org.bloomery.controlplane.api.BudgetMovement;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;

/** The ledger of a control plane at the other end of a unix socket. */
final class LedgerClient implements LedgerApi {
  /** Accounting is asked a day at a time. */
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final ControlPlaneClient client;

  LedgerClient(ControlPlaneClient client) {
    this.client = client;
  }

  @Override
  public LedgerAddition add(List<String> lines, String by) {
    Wire.LedgerText asked = new Wire.LedgerText(String.join("\n", lines));
    return client.post("/v1/ledger/lines", asked, LedgerAddition.class);
  }

  @Override
  public UsageTableView usage(GroupBy by, Period period) {
    return client.get("/v1/ledger/usage?by=" + by.word() + query(period), UsageTableView.class);
  }

  @Override
  public WasteView waste(GroupBy by, Period period) {
    return client.get("/v1/ledger/waste?by=" + by.word() + query(period), WasteView.class);
  }

  @Override
  public LedgerAddition collect(Optional<String> cluster, Period period, String by) {
    String path = "/v1/ledger/collect?" + query(cluster, period);
    return client.ask(path, new Wire.Nothing(), LedgerAddition.class, PATIENCE);
  }

  @Override
  public AuditView audit(Optional<String> cluster, Period period) {
    return client.ask(
        "/v1/ledger/audit?" + query(cluster, period), null, AuditView.class, PATIENCE);
  }

  private static String query(Optional<String> cluster, Period period) {
    return cluster.map(name -> "cluster=" + ControlPlaneClient.encoded(name)).orElse("all=")
        + query(period);
  }

  @Override
  public List<BudgetView> budgets() {
    return client.get("/v1/budgets", Wire.Budgets.class).budgets();
  }

  @Override
  public BudgetView setBudget(String allocationText, String file, String by) {
    return client.post("/v1/budgets", new Wire.Grant(allocationText, file), BudgetView.class);
  }

  @Override
  public BudgetView move(BudgetMovement asked, String by) {
    String path = "/v1/budgets/" + ControlPlaneClient.encoded(asked.allocation()) + "/movements";
    Wire.Movement body =
        new Wire.Movement(
            asked.id(), asked.kind().word(), OptionalLong.of(asked.amount().value()), asked.why());
    return client.post(path, body, BudgetView.class);
  }

  private static String query(Period period) {
    return period.from().map(day -> "&from=" + day).orElse("")
        + period.to().map(day -> "&to=" + day).orElse("");
  }
}
