package org.bloomery.core.spec;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;

/** Whether a run's checkpoints have a place of their own, large enough and for long enough. */
final class StorageRules {
  private static final String DIRECTORY = "spec.checkpoint.directory";
  private static final String KEEP = "spec.checkpoint.keep";

  private final Facts facts;
  private final RunSpec run;

  private StorageRules(Facts facts, RunSpec run) {
    this.facts = facts;
    this.run = run;
  }

  /** Judges a run for which all other rules hold: its sizes can be computed. */
  static void check(Facts facts, RunSpec run, KnownSite site) {
    StorageRules rules = new StorageRules(facts, run);
    rules.ownDirectory(site);
    Optional<ClusterProfile> cluster =
        site.clusters().stream().filter(c -> c.name().equals(run.cluster())).findFirst();
    Optional<Space> space = cluster.flatMap(c -> c.spaceOf(run.checkpoint().directory()));
    Optional<KnownSite.Checkpoints> sizes = cluster.flatMap(c -> site.sizing().of(run, c));
    if (space.isPresent() && sizes.isPresent()) {
      rules.quota(space.get(), sizes.get());
      rules.purge(space.get());
    }
  }

  private void ownDirectory(KnownSite site) {
    String own = new KnownSite.LiveRun(run.name(), run.checkpoint().directory()).root();
    site.others().stream()
        .filter(other -> !other.id().equals(run.name()))
        .filter(other -> isWithin(own, other.root()) || isWithin(other.root(), own))
        .findFirst()
        .ifPresent(
            other ->
                facts.problem(
                    SpecCode.SHARED_DIRECTORY,
                    DIRECTORY,
                    "the checkpoints would lie in "
                        + own
                        + ", but those of the live run "
                        + other.id()
                        + " lie in "
                        + other.root(),
                    "Choose a directory that is not within the other's."));
  }

  private static boolean isWithin(String path, String directory) {
    return (path + "/").startsWith(directory + "/");
  }

  private void quota(Space space, KnownSite.Checkpoints sizes) {
    long kept = keptAtOnce(sizes.iterations());
    need(space, kept, sizes.bytes(), space.bytes().orElse(Long.MAX_VALUE), "bytes");
    need(space, kept, sizes.files(), space.inodes().orElse(Long.MAX_VALUE), "files");
  }

  private void need(Space space, long kept, long each, long quota, String unit) {
    BigInteger all = BigInteger.valueOf(kept).multiply(BigInteger.valueOf(each));
    if (all.compareTo(BigInteger.valueOf(quota)) > 0) {
      facts.problem(
          SpecCode.STORAGE,
          KEEP,
          String.format(
              Locale.ROOT,
              "up to %,d checkpoints of %,d %s need %,d, but the quota of %s is %,d",
              kept,
              each,
              unit,
              all,
              space.name(),
              quota),
          "Keep fewer of them, or choose a checkpoint.directory in another space.");
    }
  }

  /**
   * The most that are there at the same time: the newest, those that are kept for good by the end,
   * and the one that is being written.
   */
  private long keptAtOnce(long iterations) {
    CheckpointPolicy policy = run.checkpoint();
    long interval = policy.everyIterations();
    long saves = iterations / interval;
    long milestones =
        policy.keep().every().map(every -> iterations / commonMultiple(every, interval)).orElse(0L);
    long kept = policy.keep().last() + milestones + policy.keep().pinned().size();
    return Math.min(kept, saves) + 1;
  }

  private static long commonMultiple(long a, long b) {
    BigInteger divisor = BigInteger.valueOf(a).gcd(BigInteger.valueOf(b));
    return Math.multiplyExact(a / divisor.longValueExact(), b);
  }

  private void purge(Space space) {
    boolean forGood =
        run.checkpoint().keep().every().isPresent() || !run.checkpoint().keep().pinned().isEmpty();
    if (forGood && space.purgeAfter().isPresent()) {
      facts.problem(
          SpecCode.PURGED,
          KEEP,
          space.name()
              + " deletes files that nobody has read for "
              + TimeSpan.words(space.purgeAfter().get())
              + ", also those that are to be kept",
          "Copy them to a space that keeps files, or choose one for checkpoint.directory.");
    }
  }
}
