package org.bloomery.core.spec;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bloomery.core.id.RunId;

/**
 * One training as its owner declared it, checked: every rule of the binder holds for it.
 *
 * @param name the run's identity in one home
 * @param account who pays
 * @param labels words for people and reports; they never enter a script
 * @param cluster the name of the {@link ClusterProfile} that it runs on
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
    TrainingData data,
    CheckpointPolicy checkpoint,
    Launcher launcher,
    RestartLimits restart,
    RunBudget budget) {

  public RunSpec {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  /** The same training in jobs of another length. */
  public RunSpec withTimeLimit(Duration limit) {
    return new RunSpec(
        name,
        account,
        labels,
        cluster,
        resources.withTimeLimit(limit),
        model,
        parallelism,
        batch,
        training,
        data,
        checkpoint,
        launcher,
        restart,
        budget);
  }

  /** Model replicas that train side by side: devices / (tensor x pipeline). */
  public int dataParallel() {
    return resources.devices() / parallelism.modelParallel();
  }
}
