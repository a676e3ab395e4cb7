package org.bloomery.core.training;

/**
 * Which ASCII characters a text has: a cheap way to see that it cannot hold another text.
 *
 * <p>Every line is asked for some hundred texts, and nearly all of them lack some letter of each.
 */
record Letters(long low, long high) {

  /** The letters of a text of one character per byte; bytes above ASCII do not count. */
  static Letters of(String text) {
    long low = 0;
    long high = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 64) {
        low |= 1L << c;
      } else if (c < 128) {
        high |= 1L << (c - 64);
      }
    }
    return new Letters(low, high);
  }

  /** False only if a text with these letters cannot contain one with those. */
  boolean mayContain(Letters those) {
    return (low & those.low) == those.low && (high & those.high) == those.high;
  }
}
