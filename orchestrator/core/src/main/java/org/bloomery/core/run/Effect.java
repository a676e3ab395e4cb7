package org.bloomery.core.run;

import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.JobKey;

/**
 * Something to do in the world, performed only after the decision is durable; each may be performed
 * again without harm.
 */
public sealed interface Effect {

  /** Write the attempt's directory and hand its job to the resource manager. */
  record SubmitJob(int attempt) implements Effect {}

  /** End a job now. */
  record CancelJob(JobKey job, String why) implements Effect {}

  /** Make the trainer save and leave before its next iteration. */
  record TouchKillSwitch(int attempt) implements Effect {}

  /** Lay down what a sealed checkpoint consists of, beside it. */
  record WriteManifest(CheckpointRef checkpoint, CheckpointManifest manifest) implements Effect {}
}
