package org.bloomery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bloomery.controlplane.process.CommandRunner;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Decider;

/**
 * Deliberate bugs, each at one seam between the control plane and its world: the proof that the
 * simulation would find such a bug in the product.
 */
final class Mutants {
  private Mutants() {}

  /** A bug, and what brings it into a new world. */
  record Mutant(String name, Supplier<Seams> seams) {}

  static List<Mutant> all() {
    List<Mutant> all = new ArrayList<>();
    all.add(inStore("acts before the record is written", StoreMutants.WritingLater::new));
    all.add(new Mutant("checks no epoch", WithoutEpochs::new));
    all.add(
        inStore(
            "forgets to bill",
            store -> StoreMutants.changing(store, StoreMutants::withoutPostings)));
    all.add(
        inStore(
            "bills twice", store -> StoreMutants.changing(store, StoreMutants::withPostingsTwice)));
    all.add(inManager("takes unknown for empty", SlurmMutants::emptyForUnknown));
    all.add(
        inManager(
            "takes a strange state for an end",
            real -> SlurmMutants.endedIn(JobState.UNRECOGNISED, real)));
    all.add(
        inManager(
            "takes a job that completes for over",
            real -> SlurmMutants.endedIn(JobState.COMPLETING, real)));
    all.add(inManager("asks for no bills of surplus jobs", SlurmMutants::withoutUnbilled));
    all.add(inManager("forgets the excluded nodes", SlurmMutants::withoutExclusions));
    all.add(inManager("ends all jobs of a name", SlurmMutants::cancellingByName));
    all.add(inRunner("submits again after a time-out", SlurmMutants::retrying));
    all.add(inRunner("submits without dependency", SlurmMutants::withoutDependencies));
    all.add(
        inDecider(
            "takes a job for over that is missing once",
            real -> DecisionMutants.impatient(real, 1, Duration.ZERO)));
    all.add(
        inDecider(
            "takes a job for lost after a minute",
            real -> DecisionMutants.impatient(real, 2, Duration.ofMinutes(1))));
    all.add(inDecider("sees an end only after a while", DecisionMutants.Sleepy::new));
    all.add(inDecider("never gives up", DecisionMutants::withoutEnd));
    all.add(inDecider("reserves nothing", DecisionMutants::withoutReservation));
    all.add(inDecider("looks at no budget", DecisionMutants::withoutBudget));
    all.add(inDecider("lets surplus jobs live", DecisionMutants::withoutEndingSurplus));
    all.add(inDecider("seals half a checkpoint", DecisionMutants::sealingHalves));
    all.add(inDecider("starts from the newest, sealed or not", DecisionMutants.FromNewest::new));
    all.add(inDecider("starts without a second look", DecisionMutants.WithoutSecondLook::new));
    all.add(
        new Mutant(
            "ignores the claim of another job",
            () ->
                new Seams() {
                  @Override
                  public boolean honoursClaims() {
                    return false;
                  }
                }));
    return all;
  }

  private static Mutant inStore(String name, UnaryOperator<RunStore> change) {
    return new Mutant(
        name,
        () ->
            new Seams() {
              @Override
              public RunStore store(RunStore store) {
                return change.apply(store);
              }
            });
  }

  private static Mutant inManager(String name, UnaryOperator<ResourceManager> change) {
    return new Mutant(
        name,
        () ->
            new Seams() {
              @Override
              public ResourceManager resourceManager(ResourceManager real) {
                return change.apply(real);
              }
            });
  }

  private static Mutant inRunner(String name, UnaryOperator<CommandRunner> change) {
    return new Mutant(
        name,
        () ->
            new Seams() {
              @Override
              public CommandRunner runner(CommandRunner runner) {
                return change.apply(runner);
              }
            });
  }

  private static Mutant inDecider(String name, UnaryOperator<Decider> change) {
    return new Mutant(
        name,
        () ->
            new Seams() {
              @Override
              public Decider decider(Decider decider) {
                return change.apply(decider);
              }
            });
  }

  private static final class WithoutEpochs implements Seams {
    private final long[] newest = {0};

    @Override
    public RunStore store(RunStore store) {
      return new StoreMutants.WithoutEpochs(store, newest);
    }
  }
}
