package org.bloomery.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bloomery.simulation.Mutants.Mutant;

/** Lets every mutant run until a promise is broken, and says how many seeds that took. */
final class MutantsMain {
  static final int SEEDS_MAX = 2000;

  private MutantsMain() {}

  /** How a mutant was caught, if it was. */
  record Hunt(Mutant mutant, OptionalLong seeds, Optional<Violation> violation) {}

  public static void main(String[] arguments) throws Exception {
    ExecutorService hunters =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    List<Future<Hunt>> hunts = new ArrayList<>();
    for (Mutant mutant : Mutants.all()) {
      hunts.add(hunters.submit(() -> told(hunt(mutant))));
    }
    int killed = 0;
    for (Future<Hunt> future : hunts) {
      killed += future.get().seeds().isPresent() ? 1 : 0;
    }
    hunters.shutdown();
    System.out.printf("mutants-killed %d of %d%n", killed, hunts.size());
    if (killed < hunts.size()) {
      System.exit(1);
    }
  }

  private static Hunt told(Hunt hunt) {
    String name = hunt.mutant().name();
    System.out.println(
        hunt.violation()
            .map(how -> "mutant that " + name + ": seed " + hunt.seeds().orElseThrow() + ", " + how)
            .orElse("mutant that " + name + ": lives after " + SEEDS_MAX + " seeds"));
    return hunt;
  }

  static Hunt hunt(Mutant mutant) {
    for (long seed = 1; seed <= SEEDS_MAX; seed++) {
      Optional<Violation> violation = Simulation.of(seed, mutant.seams().get()).play().violation();
      if (violation.isPresent()) {
        return new Hunt(mutant, OptionalLong.of(seed), violation);
      }
    }
    return new Hunt(mutant, OptionalLong.empty(), Optional.empty());
  }
}
