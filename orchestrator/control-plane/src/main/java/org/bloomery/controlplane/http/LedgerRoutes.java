package org.bloomery.controlplane.http;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.BudgetMovement;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.controlplane.api.LedgerAddition;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;

/** Which path asks for what of the ledger: one route per question of {@link LedgerApi}. */
final class LedgerRoutes {
  private final Supplier<LedgerApi> desk;
  private final Routes routes;

  LedgerRoutes(Supplier<LedgerApi> desk, Routes routes) {
    this.desk = desk;
    this.routes = routes;
  }

  /** Whose it is changes with the leadership. */
  private LedgerApi ledger() {
    return desk.get();
  }

  void addTo(JavalinDefaultRoutingApi to) {
    to.get("/v1/ledger/usage", c -> routes.answer(c, ledger().usage(by(c), period(c))));
    to.get("/v1/ledger/waste", c -> routes.answer(c, ledger().waste(by(c), period(c))));
    to.get("/v1/ledger/audit", c -> routes.answer(c, ledger().audit(Routes.cluster(c), period(c))));
    to.post("/v1/ledger/lines", this::add);
    to.post("/v1/ledger/collect", this::collect);
    to.get("/v1/budgets", c -> routes.answer(c, new Wire.Budgets(ledger().budgets())));
    to.post("/v1/budgets", this::set);
    to.post("/v1/budgets/{allocation}/movements", this::move);
  }

  private void add(Context context) throws IOException {
    Wire.LedgerText asked = routes.body(context, Wire.LedgerText.class);
    if (asked.lines() == null) {
      throw Routes.badRequest("the body needs lines");
    }
    LedgerAddition added = ledger().add(asked.lines().lines().toList(), Routes.by(context));
    Routes.audit(context, "ledger", added.changed() + " lines");
    routes.answer(context, added);
  }

  private void collect(Context context) throws IOException {
    routes.body(context, Wire.Nothing.class);
    LedgerAddition added =
        ledger().collect(Routes.cluster(context), period(context), Routes.by(context));
    Routes.audit(context, "collect", added.changed() + " lines");
    routes.answer(context, added);
  }

  private void set(Context context) throws IOException {
    Wire.Grant asked = routes.body(context, Wire.Grant.class);
    if (asked.text() == null || asked.file() == null) {
      throw Routes.badRequest("the body needs text and file");
    }
    BudgetView budget = ledger().setBudget(asked.text(), asked.file(), Routes.by(context));
    Routes.audit(context, "budget set", budget.name());
    routes.answer(context, budget);
  }

  private void move(Context context) throws IOException {
    Wire.Movement asked = routes.body(context, Wire.Movement.class);
    Movement.Kind kind =
        Arrays.stream(Movement.Kind.values())
            .filter(one -> one.word().equals(asked.kind()))
            .findFirst()
            .orElseThrow(() -> Routes.badRequest("kind must be credit or debit"));
    if (asked.gpuSeconds().orElse(0) <= 0) {
      throw Routes.badRequest("the body needs gpuSeconds, above 0");
    }
    if (asked.id() == null || !asked.id().matches("[0-9a-zA-Z-]{1,64}")) {
      throw Routes.badRequest("the body needs an id of 1 to 64 letters, digits and '-'");
    }
    BudgetView budget =
        ledger()
            .move(
                new BudgetMovement(
                    asked.id(),
                    context.pathParam("allocation"),
                    kind,
                    new GpuSeconds(asked.gpuSeconds().getAsLong()),
                    Optional.ofNullable(asked.why()).orElse("")),
                Routes.by(context));
    Routes.audit(context, "budget " + asked.kind(), budget.name());
    routes.answer(context, budget);
  }

  private static GroupBy by(Context context) {
    String word = Optional.ofNullable(context.queryParam("by")).orElse("");
    return GroupBy.of(word)
        .orElseThrow(
            () ->
                Routes.badRequest(
                    "by must be one of "
                        + Arrays.stream(GroupBy.values())
                            .map(GroupBy::word)
                            .collect(Collectors.joining(", "))));
  }

  private static Period period(Context context) {
    return new Period(day(context, "from"), day(context, "to"));
  }

  private static Optional<LocalDate> day(Context context, String name) {
    Optional<String> text = Optional.ofNullable(context.queryParam(name));
    try {
      return text.map(LocalDate::parse);
    } catch (DateTimeException e) {
      throw Routes.badRequest(
          String.format(Locale.ROOT, "%s must be a day such as 2022-03-01", name));
    }
  }
}
