package org.bloomery.core.ledger;

/**
 * A file with lines of a closed month, which is never changed: what is learnt later of the month
 * gets a file of its own.
 *
 * @param file its name in the directory of the ledger
 * @param sha256 of its bytes, in hex
 */
public record LedgerSegment(
    LedgerMonth month,
    String file,
    String sha256,
    long lines,
    long allocatedGpuSeconds,
    long chargedGpuSeconds) {}
