package org.bloomery.controlplane.http;

import java.util.List;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;

/** The ledger of a control plane at the other end of a unix socket. */
final class LedgerClient implements LedgerApi {
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

  private static String query(Period period) {
    return period.from().map(day -> "&from=" + day).orElse("")
        + period.to().map(day -> "&to=" + day).orElse("");
  }
}
