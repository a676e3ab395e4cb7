package org.bloomery.core.ledger;

import java.time.Duration;

/** GPU-seconds, always whole; hours exist only on the screen. */
public record GpuSeconds(long value) implements Comparable<GpuSeconds> {
  public static final GpuSeconds ZERO = new GpuSeconds(0);

  public GpuSeconds {
    if (value < 0) {
      throw new IllegalArgumentException("GPU-seconds cannot be negative: " + value);
    }
  }

  /** What a number of devices uses in a time; fractions of a second are cut. */
  public static GpuSeconds of(long devices, Duration time) {
    return new GpuSeconds(Math.multiplyExact(devices, time.toSeconds()));
  }

  /** The whole GPU-seconds in a number of GPU-hours, such as a budget. */
  public static GpuSeconds ofHours(double gpuHours) {
    return new GpuSeconds(Math.round(gpuHours * 3600));
  }

  /** One of the equal parts of a whole; the seconds that are left over go to the first ones. */
  public static long part(long whole, int place, int parts) {
    return whole / parts + (place < whole % parts ? 1 : 0);
  }

  public GpuSeconds plus(GpuSeconds other) {
    return new GpuSeconds(Math.addExact(value, other.value));
  }

  public double hours() {
    return value / 3600.0;
  }

  @Override
  public int compareTo(GpuSeconds other) {
    return Long.compare(value, other.value);
  }
}
