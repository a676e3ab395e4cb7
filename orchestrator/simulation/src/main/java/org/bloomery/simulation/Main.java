package org.bloomery.simulation;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Plays simulations and prints what came of them; its last lines are figures, {@code name value
 * unit}.
 */
public final class Main {
  /** A campaign that long must have met with everything that it can count. */
  private static final Duration ENOUGH = Duration.ofHours(20_000);

  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private Main() {}

  /**
   * Takes {@code --hours N} and {@code --first SEED}, or {@code --seed SEED} for the whole story of
   * one seed. Exit code 1 if a promise was broken or something never happened, 2 for bad usage.
   */
  public static void main(String[] arguments) throws InterruptedException {
    long hours = 10_000;
    long first = 1;
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length || !arguments[i + 1].matches("[0-9]{1,12}")) {
        usage();
      }
      long number = Long.parseLong(arguments[i + 1]);
      switch (arguments[i]) {
        case "--hours" -> hours = number;
        case "--first" -> first = number;
        case "--seed" -> System.exit(tell(number) ? 0 : 1);
        default -> usage();
      }
    }
    System.exit(report(Campaign.ofHours(first, Duration.ofHours(hours), Main::tellNews)) ? 0 : 1);
  }

  /** So that whoever waits for a long campaign need not wait for what it has found already. */
  private static void tellNews(Campaign soFar) {
    System.err.printf(
        Locale.ROOT,
        "%,d hours in %,d seeds; broken by %s%n",
        soFar.atWork().toHours(),
        soFar.seeds(),
        soFar.broken().stream().map(Simulation.Outcome::seed).toList());
  }

  private static void usage() {
    System.err.println("simulation: --hours N, --first SEED, or --seed SEED");
    System.exit(2);
  }

  /** Prints the story of one seed; gives whether every promise was kept. */
  private static boolean tell(long seed) {
    Simulation simulation = Simulation.of(seed, Seams.NONE);
    Simulation.Outcome outcome = simulation.play();
    OUT.println("seed " + seed + ": " + outcome.swarm());
    simulation.story().forEach(OUT::println);
    OUT.println(outcome.violation().map(Violation::toString).orElse("no promise was broken"));
    return outcome.violation().isEmpty();
  }

  private static boolean report(Campaign campaign) {
    for (Simulation.Outcome outcome : campaign.broken()) {
      OUT.println("seed " + outcome.seed() + " broke " + outcome.violation().orElseThrow());
      OUT.println("  it played: " + outcome.swarm());
      OUT.println("  see: ./verify simulation --seed " + outcome.seed());
    }
    campaign.unequal().forEach(seed -> OUT.println("seed " + seed + " came out differently again"));
    int zeros = 0;
    for (String kind : campaign.coverage().kinds()) {
      for (Map.Entry<String, Long> count : campaign.coverage().of(kind).entrySet()) {
        OUT.println(name(kind, count.getKey()) + " " + count.getValue() + " times");
        zeros += count.getValue() == 0 ? 1 : 0;
      }
    }
    OUT.println("seeds " + campaign.seeds() + " seeds");
    OUT.println("hours " + campaign.atWork().toHours() + " hours");
    OUT.println("events " + campaign.events() + " events");
    OUT.println("replayed " + campaign.replayed() + " seeds");
    OUT.println("replayed-differently " + campaign.unequal().size() + " seeds");
    OUT.println("counters-at-zero " + zeros + " counters");
    OUT.println("violations " + campaign.broken().size() + " seeds");
    boolean everythingHappened = zeros == 0 || campaign.atWork().compareTo(ENOUGH) < 0;
    return campaign.broken().isEmpty() && campaign.unequal().isEmpty() && everythingHappened;
  }

  private static String name(String kind, String what) {
    return (kind + "-" + what).toLowerCase(Locale.ROOT).replaceAll("[ _]+", "-");
  }
}
