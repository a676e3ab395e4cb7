package org.bloomery.core.spec;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

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
    Optional<KnownSite.Kept> kept = cluster.flatMap(c -> site.sizing().of(run, c));
    if (space.isPresent() && kept.isPresent()) {
      rules.quota(space.get(), kept.get());
    }
    space.ifPresent(rules::purge);
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

  private void quota(Space space, KnownSite.Kept kept) {
    need(space, kept.checkpoints(), kept.bytes(), space.bytes(), "bytes");
    need(space, kept.checkpoints(), kept.inodes(), space.inodes(), "files and directories");
  }

  private void need(Space space, long checkpoints, long needed, OptionalLong quota, String unit) {
    if (quota.isPresent() && needed > quota.getAsLong()) {
      facts.problem(
          SpecCode.STORAGE,
          KEEP,
          String.format(
              Locale.ROOT,
              "%,d checkpoints need %,d %s, but the quota of %s is %,d",
              checkpoints,
              needed,
              unit,
              space.name(),
              quota.getAsLong()),
          "Keep fewer of them, or choose a checkpoint.directory in another space.");
    }
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
