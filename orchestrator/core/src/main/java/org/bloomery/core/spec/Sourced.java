package org.bloomery.core.spec;

/**
 * A figure that a report prints together with where it is from.
 *
 * @param source for people: a page, a paper, a measurement and its date
 */
public record Sourced(double value, String source) {}
