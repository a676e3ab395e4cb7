package org.bloomery.core.checkpoint;

/**
 * Files that hold tensors of the same shapes, so that their sizes are nearly equal.
 *
 * @param toleranceBytes how far from the class's median a size may be, in bytes
 * @param toleranceDivisor and besides, one part in so many of the median; 0 for nothing
 */
public record SizeClass(String name, long toleranceBytes, int toleranceDivisor) {

  /**
   * For weights: a zip aligns each tensor to 64 bytes, and its names and pickled numbers vary by
   * some digits. A block has about a dozen tensors.
   */
  public static final long ZIP_TOLERANCE_BYTES = 16 * 1024;

  /**
   * For states: they hold pickled arguments, random states and names besides; and the padding of
   * ZeRO's partitions, which the last replica does without, is a few elements per replica and
   * parameter group. One part in a hundred is added for optimizer shards, whose stages and
   * tensor-parallel ranks do not have to cut evenly.
   */
  public static final long STATE_TOLERANCE_BYTES = 64 * 1024;

  boolean accepts(long median, long bytes) {
    long share = toleranceDivisor > 0 ? median / toleranceDivisor : 0;
    return Math.abs(bytes - median) <= toleranceBytes + share;
  }
}
