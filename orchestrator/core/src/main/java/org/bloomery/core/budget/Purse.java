package org.bloomery.core.budget;

import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;
import org.bloomery.core.ledger.GpuSeconds;

/**
 * What one allocation, or a share of it, has left for whoever pays from it, at one moment.
 *
 * @param words how people call it
 * @param command the allocation's name, for what to type next
 * @param limit what may be used in all, overdraft included
 * @param posted what jobs of its period have been billed
 * @param reserved what is held back for attempts that are not billed yet
 * @param running the part of {@code reserved} that running attempts have used already
 * @param dryOn the day on which nothing is left at the rate of the last two weeks
 * @param closed why it may not be used at all on this day; empty while it may
 */
public record Purse(
    String words,
    String command,
    GpuSeconds limit,
    GpuSeconds posted,
    GpuSeconds reserved,
    GpuSeconds running,
    Optional<LocalDate> dryOn,
    Optional<String> closed) {

  /** Why it does not bear so much more; empty if it does. */
  public Optional<String> refusal(GpuSeconds more) {
    if (closed.isPresent()) {
      return closed;
    }
    GpuSeconds committed = posted.plus(reserved).plus(more);
    if (committed.compareTo(limit) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "allocation %s has no room for %,.2f GPU-hours more: of %,.2f, %,.2f are used and %,.2f"
                + " reserved%s. Credit it with: bloomery budget credit %s HOURS",
            words,
            more.hours(),
            limit.hours(),
            posted.hours(),
            reserved.hours(),
            dryOn.map(day -> "; at the present rate it runs dry on " + day).orElse(""),
            command));
  }

  /** Why a running training must save and leave now; empty while it may go on. */
  public Optional<String> exhaustion() {
    if (posted.plus(running).compareTo(limit) < 0) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "allocation %s is used up: %,.2f GPU-hours of %,.2f",
            words,
            posted.plus(running).hours(),
            limit.hours()));
  }

  /** What nobody has used or reserved yet. */
  public GpuSeconds left() {
    return new GpuSeconds(Math.max(0, limit.value() - posted.value() - reserved.value()));
  }

  /** What the resource manager has billed beyond the limit. */
  public GpuSeconds overshoot() {
    return new GpuSeconds(Math.max(0, posted.value() - limit.value()));
  }
}
