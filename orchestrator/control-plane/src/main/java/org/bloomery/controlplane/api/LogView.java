package org.bloomery.controlplane.api;

/**
 * A piece of an attempt's log.
 *
 * @param nextOffset where the next piece starts, in bytes
 * @param text UTF-8, invalid bytes replaced
 * @param over whether nothing will be added any more
 */
public record LogView(int attempt, long nextOffset, String text, boolean over) {}
