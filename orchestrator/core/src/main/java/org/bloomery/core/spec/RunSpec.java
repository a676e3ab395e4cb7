package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.bloomery.core.id.RunId;

/**
 * One training as its owner declared it, checked: every rule of the binder holds for it.
 *
 * @param name the run's identity in one home
 * @param account who pays
 * @param labels words for people and reports; they never enter a script
 * @param cluster the name of the {@link ClusterProfile} that it runs on
 * @param revisions how it changes while it runs, sorted by iteration; each holds until the next
 */
public record RunSpec(
    RunId name,
    String account,
    SortedMap<String, String> labels,
    String cluster,
    Resources resources,
    Model model,
    Parallelism parallelism,
    Batch batch,
    Training training,
    DeepSpeed deepSpeed,
    TrainingData data,
    CheckpointPolicy checkpoint,
    Launcher launcher,
    RestartLimits restart,
    RunBudget budget,
    List<Revision> revisions) {

  public RunSpec {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    revisions = List.copyOf(revisions);
  }

  RunSpec with(List<Revision> all) {
    return new RunSpec(
        name,
        account,
        labels,
        cluster,
        resources,
        model,
        parallelism,
        batch,
        training,
        deepSpeed,
        data,
        checkpoint,
        launcher,
        restart,
        budget,
        all);
  }

  /** The spec of an attempt that starts after this iteration; 0 is the training's beginning. */
  public RunSpec at(long iteration) {
    return revision(revisionAt(iteration));
  }

  /** The spec of a revision, counted from 1; 0 is the spec as it was first. */
  public RunSpec revision(int number) {
    return number == 0 ? this : revisions.get(number - 1).spec();
  }

  /** Which revision that is, counted from 1; 0 is the spec as it was first. */
  public int revisionAt(long iteration) {
    return (int) revisions.stream().filter(r -> r.fromIteration() <= iteration).count();
  }

  /**
   * Whether an attempt of one revision loads what an attempt of another has saved only after it was
   * converted to a universal checkpoint: they have different numbers of replicas.
   */
  public boolean loadsUniversal(int savedUnder, int startsUnder) {
    return revision(savedUnder).dataParallel() != revision(startsUnder).dataParallel();
  }

  /** The account in SLURM. */
  public String slurmAccount() {
    return resources.slurmAccount().orElse(account);
  }

  /** The same training in jobs of another length, under each of its revisions. */
  public RunSpec withTimeLimits(Function<RunSpec, Duration> limit) {
    return new RunSpec(
        name,
        account,
        labels,
        cluster,
        resources.withTimeLimit(limit.apply(this)),
        model,
        parallelism,
        batch,
        training,
        deepSpeed,
        data,
        checkpoint,
        launcher,
        restart,
        budget,
        revisions.stream().map(one -> one.with(one.spec().withTimeLimits(limit))).toList());
  }

  /** Model replicas that train side by side: devices / (tensor x pipeline). */
  public int dataParallel() {
    return resources.devices() / parallelism.modelParallel();
  }
}
