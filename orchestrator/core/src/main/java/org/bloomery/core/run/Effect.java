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
  record SubmitJob(int attempt) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.submitJob(this);
    }
  }

  /** End a job now. */
  record CancelJob(JobKey job, String why) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.cancelJob(this);
    }
  }

  /** Make the trainer save and leave before its next iteration. */
  record TouchKillSwitch(int attempt) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.touchKillSwitch(this);
    }
  }

  /** Lay down what a sealed checkpoint consists of, beside it. */
  record WriteManifest(CheckpointRef checkpoint, CheckpointManifest manifest) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.writeManifest(this);
    }
  }

  /** Calls the one case of this effect. */
  <R> R match(Cases<R> cases);

  /** One method per effect: a new effect breaks every implementer at compile time. */
  interface Cases<R> {
    R submitJob(SubmitJob effect);

    R cancelJob(CancelJob effect);

    R touchKillSwitch(TouchKillSwitch effect);

    R writeManifest(WriteManifest effect);
  }
}
