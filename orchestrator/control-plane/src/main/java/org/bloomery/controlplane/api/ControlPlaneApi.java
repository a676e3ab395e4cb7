package org.bloomery.controlplane.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.id.RunId;
import org.bloomery.core.run.RunRecord;

/**
 * What a person can ask of a control plane, whether over the socket or in the same process.
 *
 * <p>Every method throws {@link ApiException} with a sentence for people.
 */
public interface ControlPlaneApi {

  /** Which control plane this is. */
  ServerView server();

  /**
   * Takes over a run.
   *
   * @param specText the spec as written
   * @param file its name, for messages
   * @param specDirectory absolute; what {@code ${SPEC_DIR}} stands for
   * @param again where a run of this name is finished: submit under the next free name
   * @param by the user who asks
   */
  RunView submit(String specText, String file, String specDirectory, boolean again, String by);

  /** All runs, sorted by name. */
  List<RunView> list();

  /** One run in one line. */
  RunView status(RunId run);

  /** One run with its attempts and checkpoints. */
  DescriptionView describe(RunId run);

  /** A run's history, oldest first, at most {@code limit} records after a version. */
  List<RunRecord> events(RunId run, long afterVersion, int limit);

  /** Why the run is where it is: the last decisions, newest first. */
  ExplanationView explain(RunId run);

  /**
   * A piece of an attempt's log.
   *
   * @param attempt its number; empty means the current one
   * @param offset in bytes; negative means that many bytes before the end
   */
  LogView log(RunId run, Optional<Integer> attempt, long offset);

  /** The loss as logged, attempt by attempt, iterations in order. */
  List<LossPoint> lossCurve(RunId run);

  /** Ends the run's job now and the run for good. */
  RunView cancel(RunId run, String by);

  /** Makes the training save and leave; the run waits for {@link #resume}. */
  RunView stop(RunId run, String by);

  /** Makes the training save, leave, and go on in the next attempt at once. */
  RunView save(RunId run, String by);

  /** Lets no new attempt start and keeps queued jobs in the queue; what runs goes on. */
  RunView hold(RunId run, String by);

  /** Takes back a {@link #hold}. */
  RunView release(RunId run, String by);

  /**
   * Lets a held run go on.
   *
   * @param from the iteration of a sealed checkpoint; newer ones are left aside
   */
  RunView resume(RunId run, OptionalLong from, String by);

  /**
   * The checkpoints of a run.
   *
   * @param verify look at each of them again instead of telling what was recorded
   */
  List<CheckpointView> checkpoints(RunId run, boolean verify);

  /** The nodes that were blamed or excluded, of one cluster or of all. */
  List<NodeView> nodes(Optional<String> cluster);

  /** Keeps a node from the next attempts of all runs. */
  NodeView excludeNode(NodeExclusion asked, String by);

  /**
   * Lets runs have a node again, whatever it was excluded or blamed for.
   *
   * @param cluster may be absent where there is only one
   */
  NodeView readmitNode(Optional<String> cluster, String node, String by);

  /** GPU-seconds of all attempts of all runs, or of one run. */
  UsageView usage(Optional<RunId> run);

  /** What all jobs have used, those of others included, and who may use how much. */
  LedgerApi ledger();
}
