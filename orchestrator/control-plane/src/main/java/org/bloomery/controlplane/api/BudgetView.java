package org.bloomery.controlplane.api;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.budget.BurnDown;
import org.bloomery.core.budget.Movement;

/**
 * An allocation and what is left of it.
 *
 * @param from first day, in UTC
 * @param to last day
 * @param limitGpuSeconds what may be used in all: granted + carried over + credits - debits, and
 *     the overdraft
 * @param leftGpuSeconds of the limit, once what is reserved is billed, too; 0 if nothing is
 * @param overshootGpuSeconds what was billed beyond the limit
 * @param usedShare of the grant with all that moved it; above 1 the overdraft is in use
 * @param warning the highest warning level that is reached; 0 for none
 * @param gpuSecondsPerDay in the last two weeks
 * @param dryOn the day on which nothing is left at that rate
 * @param dryOnEarliest nine of ten times it lasts longer, if days stay as different as they were
 * @param dryOnLatest nine of ten times it does not last longer; absent if it may last for ever
 * @param burnDown what was left of the limit after each day on which something was billed
 * @param shares what its teams and their users may use at most
 * @param movements oldest first
 */
public record BudgetView(
    Instant asOf,
    String name,
    String account,
    String cluster,
    String gpuType,
    LocalDate from,
    LocalDate to,
    long grantedGpuSeconds,
    long carriedOverGpuSeconds,
    long creditedGpuSeconds,
    long debitedGpuSeconds,
    long limitGpuSeconds,
    long postedGpuSeconds,
    long reservedGpuSeconds,
    long leftGpuSeconds,
    long overshootGpuSeconds,
    double usedShare,
    double warning,
    double gpuSecondsPerDay,
    Optional<LocalDate> dryOn,
    Optional<LocalDate> dryOnEarliest,
    Optional<LocalDate> dryOnLatest,
    List<BurnDown.Point> burnDown,
    List<Share> shares,
    List<Movement> movements) {
  public BudgetView {
    burnDown = List.copyOf(burnDown);
    shares = List.copyOf(shares);
    movements = List.copyOf(movements);
  }

  /** A part of it. */
  public record Share(
      String name,
      long limitGpuSeconds,
      long postedGpuSeconds,
      long reservedGpuSeconds,
      long leftGpuSeconds) {}
}
