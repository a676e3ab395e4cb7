package org.bloomery.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/**
 * What one seed plays: which faults strike and how often, and what else differs from seed to seed.
 * Each seed leaves out about half of the faults, since those that are there can hide others.
 *
 * @param faults how often each fault strikes, between 0 and 1; absent if it never does
 * @param lies the same of the lies about commands
 * @param controllers how many control planes there are
 * @param site the numbers of the site and of its profile
 */
record Swarm(
    Map<Fault, Double> faults, Map<Lie, Double> lies, int controllers, boolean tight, Site site) {

  /**
   * The site.
   *
   * @param poll between two looks
   * @param meanWait how long a job waits in the queue on average
   * @param prepares whether the next attempt's job is queued ahead
   * @param goWait how long a job waits to be told to go
   */
  record Site(Duration poll, Duration meanWait, boolean prepares, Duration goWait, int idMax) {}

  Swarm {
    faults = new EnumMap<>(faults);
    lies = new EnumMap<>(lies);
  }

  /** A world in which nothing goes wrong. */
  static Swarm calm() {
    return new Swarm(
        new EnumMap<>(Fault.class),
        new EnumMap<>(Lie.class),
        1,
        false,
        new Site(
            Duration.ofMinutes(2), Duration.ofMinutes(10), true, Duration.ofMinutes(10), 90_000));
  }

  /** What a seed plays. */
  static Swarm of(SplittableRandom chance) {
    Map<Fault, Double> faults = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      // Both are drawn for each, so that one fault more does not change all others.
      boolean strikes = chance.nextBoolean();
      double rate = 0.02 + 0.98 * Math.pow(chance.nextDouble(), 2);
      if (strikes) {
        faults.put(fault, rate);
      }
    }
    Map<Lie, Double> lies =
        chance.nextInt(4) > 0 ? LyingSlurm.habits(chance) : new EnumMap<>(Lie.class);
    // All together they would leave nobody a word to believe.
    lies.replaceAll((lie, rate) -> rate * 0.3);
    Site site =
        new Site(
            Duration.ofMinutes(1 + chance.nextInt(5)),
            Duration.ofMinutes(1 + chance.nextInt(90)),
            chance.nextInt(3) > 0,
            Duration.ofMinutes(2 + chance.nextInt(14)),
            faults.containsKey(Fault.ID_REUSED) ? 16 : 90_000);
    return new Swarm(faults, lies, 1 + chance.nextInt(2), chance.nextBoolean(), site);
  }

  double rate(Fault fault) {
    return faults.getOrDefault(fault, 0.0);
  }

  /** Everything, in one line. */
  @Override
  public String toString() {
    StringJoiner words = new StringJoiner(", ");
    words.add("controllers " + controllers);
    words.add(tight ? "a tight budget" : "an ample budget");
    words.add(site.toString());
    faults.forEach((fault, rate) -> words.add("%s %.2f".formatted(fault, rate)));
    lies.forEach((lie, rate) -> words.add("%s %.2f".formatted(lie, rate)));
    return words.toString();
  }
}
