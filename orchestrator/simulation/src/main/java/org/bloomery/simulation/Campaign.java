package org.bloomery.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * Many seeds, one after the other on all cores, and what they have come to together. Some are
 * played twice, which must give the same.
 */
public final class Campaign {
  /** So many are handed out at a time: what was played depends on no thread. */
  private static final int BATCH = 64;

  private static final int REPLAYED_EVERY = 50;

  private final LongFunction<Seams> seams;
  private final Coverage coverage = Coverage.ofNothing();
  private final List<Simulation.Outcome> broken = new ArrayList<>();
  private final List<Long> unequal = new ArrayList<>();
  private Duration atWork = Duration.ZERO;
  private long seeds;
  private long events;
  private long replayed;

  private Campaign(LongFunction<Seams> seams) {
    this.seams = seams;
  }

  /** Plays so many seeds from this one on. */
  public static Campaign ofSeeds(long first, int count) throws InterruptedException {
    return ofSeeds(first, count, seed -> Seams.NONE);
  }

  /** The same with something between the control plane and the world of a seed. */
  static Campaign ofSeeds(long first, int count, LongFunction<Seams> seams)
      throws InterruptedException {
    Campaign campaign = new Campaign(seams);
    campaign.play(first, count, Duration.ofDays(Integer.MAX_VALUE), soFar -> {});
    return campaign;
  }

  /**
   * Plays seeds from this one on until there was so much to do in them.
   *
   * @param wanted virtual time in which a run was live, or something was to be decided
   * @param news is told now and then what it has come to so far
   */
  public static Campaign ofHours(long first, Duration wanted, Consumer<Campaign> news)
      throws InterruptedException {
    Campaign campaign = new Campaign(seed -> Seams.NONE);
    campaign.play(first, Long.MAX_VALUE, wanted, news);
    return campaign;
  }

  private void play(long first, long count, Duration wanted, Consumer<Campaign> news)
      throws InterruptedException {
    ExecutorService players =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      while (seeds < count && atWork.compareTo(wanted) < 0) {
        List<Future<Played>> batch = new ArrayList<>();
        for (long i = 0; i < Math.min(BATCH, count - seeds); i++) {
          long seed = first + seeds + i;
          batch.add(players.submit(() -> play(seed)));
        }
        for (Future<Played> played : batch) {
          add(played.get());
        }
        news.accept(this);
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      players.shutdownNow();
    }
  }

  private record Played(Simulation.Outcome outcome, boolean replayed, boolean same) {}

  private Played play(long seed) {
    Simulation simulation = Simulation.of(seed, seams.apply(seed));
    try {
      Simulation.Outcome outcome = simulation.play();
      boolean replays = seed % REPLAYED_EVERY == 0;
      boolean same = !replays || Simulation.of(seed, seams.apply(seed)).play().isSame(outcome);
      return new Played(outcome, replays, same);
    } catch (RuntimeException | AssertionError fault) {
      // One seed that a flaw of its world ends says nothing of the others.
      return new Played(simulation.failed(fault), false, true);
    }
  }

  private void add(Played played) {
    Simulation.Outcome outcome = played.outcome();
    seeds++;
    events += outcome.events();
    atWork = atWork.plus(outcome.atWork());
    coverage.add(outcome.coverage());
    replayed += played.replayed() ? 1 : 0;
    if (!played.same()) {
      unequal.add(outcome.seed());
    }
    if (outcome.violation().isPresent()) {
      broken.add(outcome);
    }
  }

  /** How many seeds were played. */
  public long seeds() {
    return seeds;
  }

  /** For how long there was something to do in them, in virtual time. */
  public Duration atWork() {
    return atWork;
  }

  public long events() {
    return events;
  }

  /** How many were played twice. */
  public long replayed() {
    return replayed;
  }

  /** Those that came out differently when they were played again. */
  public List<Long> unequal() {
    return unequal;
  }

  /** Those that broke a promise. */
  public List<Simulation.Outcome> broken() {
    return broken;
  }

  public Coverage coverage() {
    return coverage;
  }
}
