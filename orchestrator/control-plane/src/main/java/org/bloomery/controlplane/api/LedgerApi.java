package org.bloomery.controlplane.api;

import java.util.List;
import java.util.Optional;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;

/**
 * What a person can ask of the ledger.
 *
 * <p>Every method throws {@link ApiException} with a sentence for people.
 */
public interface LedgerApi {

  /**
   * Adds what jobs have used; what is known already changes nothing.
   *
   * @param lines as {@link org.bloomery.core.ledger.LedgerLines} writes them
   * @param by the user who asks
   */
  LedgerAddition add(List<String> lines, String by);

  /** What was used, by something. */
  UsageTableView usage(GroupBy by, Period period);

  /** What the jobs of runs were spent on, by something. */
  WasteView waste(GroupBy by, Period period);

  /**
   * Asks a cluster's accounting about a period and adds what it tells.
   *
   * @param cluster may be absent where there is only one that has an accounting
   * @param period without an end, the first day is that of this month and the last one is today
   */
  LedgerAddition collect(Optional<String> cluster, Period period, String by);

  /** Asks a cluster's accounting about a period and compares, like {@link #collect}. */
  AuditView audit(Optional<String> cluster, Period period);

  /** All allocations, sorted by name. */
  List<BudgetView> budgets();

  /**
   * Grants an allocation, or changes what one grants; its credits and debits stay.
   *
   * @param allocationText a document of the kind Allocation
   * @param file its name, for messages
   * @param by the user who asks
   */
  BudgetView setBudget(String allocationText, String file, String by);

  /** Credits or debits an allocation. */
  BudgetView move(BudgetMovement asked, String by);
}
