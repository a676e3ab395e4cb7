package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.time.Instant;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting.Source;
import org.bloomery.core.observe.Usage;

/** What a job finally used, by the accounting or by its own files, and what the site charges. */
final class Bill {
  private Bill() {}

  /**
   * The figures of a final row: elapsed seconds times the devices that were allocated, as {@code
   * sreport} counts.
   *
   * @param requested devices, which count where the site's accounting has no devices; then nobody
   *     has confirmed them
   */
  static Usage of(AccountingRow row, int requested, SlurmSite site) {
    long elapsed = row.elapsedSeconds().orElseThrow();
    long end = row.end().orElseThrow();
    long start = Math.min(row.start().orElse(end), end);
    boolean counted = row.given().devices().isPresent();
    long devices = row.given().devices().orElse(row.given().nodes() == 0 ? 0 : requested);
    SlurmSite.Given given =
        new SlurmSite.Given(row.partition(), row.given().nodes(), devices, row.given().cpus());
    return new Usage(
        Instant.ofEpochSecond(start),
        Instant.ofEpochSecond(end),
        GpuSeconds.of(devices, Duration.ofSeconds(elapsed)),
        GpuSeconds.of(site.charge().devices(given), Duration.ofSeconds(elapsed)),
        Source.ACCOUNTING,
        counted || devices == 0 || elapsed == 0);
  }
}
