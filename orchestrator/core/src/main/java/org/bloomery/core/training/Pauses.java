package org.bloomery.core.training;

/**
 * How long a trainer did something else than steps, in seconds, as far as its log tells.
 *
 * @param saveSeconds as the trainer says
 * @param validationSeconds what steps after a validation took longer than others; 0 where the
 *     trainer's clock stands still meanwhile
 */
public record Pauses(double saveSeconds, double validationSeconds) {
  public static final Pauses NONE = new Pauses(0, 0);
}
