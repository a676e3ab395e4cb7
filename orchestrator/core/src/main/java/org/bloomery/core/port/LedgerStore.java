package org.bloomery.core.port;

import java.util.List;
import java.util.function.Consumer;
import org.bloomery.core.budget.Budget;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerMonth;
import org.bloomery.core.ledger.LedgerSegment;
import org.bloomery.core.port.RunStore.Epoch;

/**
 * Where the ledger is durable: lines are only ever added, and what a job used is what all its lines
 * say together ({@link LedgerEntry#with}). So adding the same lines again, or in another order,
 * changes nothing.
 *
 * <p>Its exceptions are those of {@link RunStore}.
 */
public interface LedgerStore {

  /**
   * Reads all lines, some at a time: those of closed months, then those of open ones.
   *
   * @throws RunStore.DamagedException if a file is not what was recorded of it
   */
  void read(Consumer<List<LedgerEntry>> reader);

  /**
   * Adds lines; when it returns they are durable. If it throws, some of them may be.
   *
   * @throws RunStore.FencedException if {@code epoch} is no longer the newest
   * @throws RunStore.LimitException if a month has more than the store takes
   */
  void append(List<LedgerEntry> lines, Epoch epoch);

  /** Months whose lines are not all in files, sorted. */
  List<LedgerMonth> openMonths();

  /**
   * Moves the lines of an open month into a file that is never changed. Repeating it is harmless.
   *
   * @throws RunStore.FencedException if {@code epoch} is no longer the newest
   */
  void close(LedgerMonth month, Epoch epoch);

  /** The files of closed months, with their totals, sorted by month. */
  List<LedgerSegment> segments();

  /** All allocations, sorted by name. */
  List<Budget> budgets();

  /**
   * Records an allocation, and returns it as its next version. Repeating the very same call is
   * harmless: it succeeds if the earlier one did.
   *
   * @param budget made from the version that it carries
   * @throws RunStore.ConflictException if that is no longer the version
   * @throws RunStore.FencedException if {@code epoch} is no longer the newest
   * @throws RunStore.LimitException if it is too large
   */
  Budget recordBudget(Budget budget, Epoch epoch);
}
