package org.bloomery.core.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The training loss over the iterations of a run, thin enough to draw.
 *
 * <p>An attempt that goes back to an earlier checkpoint replaces what the one before it had beyond
 * that point. At {@link #POINTS_MAX} points every second one goes; which ones are kept depends on
 * the iterations only, not on the order of reading. The newest is always there.
 */
public final class LossCurve {
  public static final int POINTS_MAX = 4096;

  /** One point. */
  public record Point(long iteration, double loss) {}

  private static final Point NOTHING = new Point(-1, 0);

  private final TreeMap<Long, Double> points = new TreeMap<>();
  private long stride = 1;
  private Point newest = NOTHING;

  /** Takes in a record; one without a finite loss leaves a gap. */
  public void add(LogRecord.Iteration step) {
    if (step.iteration() <= newest.iteration()) {
      points.tailMap(step.iteration(), true).clear();
      Map.Entry<Long, Double> last = points.lastEntry();
      newest = last == null ? NOTHING : new Point(last.getKey(), last.getValue());
    }
    double loss = step.loss().orElse(Double.NaN);
    if (!Double.isFinite(loss)) {
      return;
    }
    newest = new Point(step.iteration(), loss);
    if (step.iteration() % stride == 0) {
      points.put(step.iteration(), loss);
    }
    while (points.size() > POINTS_MAX) {
      stride *= 2;
      points.keySet().removeIf(iteration -> iteration % stride != 0);
    }
  }

  /** The points by iteration. */
  public List<Point> points() {
    List<Point> all = new ArrayList<>();
    for (Map.Entry<Long, Double> point : points.entrySet()) {
      all.add(new Point(point.getKey(), point.getValue()));
    }
    if (newest.iteration() >= 0 && !points.containsKey(newest.iteration())) {
      all.add(newest);
    }
    return all;
  }
}
