package org.bloomery.core.observe;

import java.time.Instant;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;

/** The final figures of one job for the ledger, as the resource manager's accounting has them. */
public record Usage(
    Instant start,
    Instant end,
    GpuSeconds allocated,
    GpuSeconds charged,
    Posting.Source source,
    boolean audited) {}
