package org.bloomery.controlplane.api;

/**
 * What became of lines for the ledger.
 *
 * @param changed how many of them are new, or tell something new
 */
public record LedgerAddition(long lines, long changed) {}
