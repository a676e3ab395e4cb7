package org.bloomery.core.run;

import java.util.List;
import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.JobKey;

/**
 * Something to do in the world, performed only after the decision is durable; each may be performed
 * again without harm.
 */
public sealed interface Effect {

  /**
   * Write the attempt's directory and hand its job to the resource manager; for a prepared
   * successor, only what its job needs to start and wait.
   */
  record SubmitJob(int attempt) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.submitJob(this);
    }
  }

  /** Write what the current attempt trains, and tell its waiting job to go. */
  record BindAttempt(int attempt) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.bindAttempt(this);
    }
  }

  /** Keep a queued job in the queue. */
  record HoldJob(JobKey job) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.holdJob(this);
    }
  }

  /** Let a job go that was kept in the queue. */
  record ReleaseJob(JobKey job) implements Effect {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.releaseJob(this);
    }
  }

  /** Change which nodes a queued job may not get. */
  record ExcludeNodes(JobKey job, List<String> nodes) implements Effect {
    public ExcludeNodes {
      nodes = List.copyOf(nodes);
    }

    @Override
    public <R> R match(Cases<R> cases) {
      return cases.excludeNodes(this);
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

    R bindAttempt(BindAttempt effect);

    R holdJob(HoldJob effect);

    R releaseJob(ReleaseJob effect);

    R excludeNodes(ExcludeNodes effect);

    R cancelJob(CancelJob effect);

    R touchKillSwitch(TouchKillSwitch effect);

    R writeManifest(WriteManifest effect);
  }
}
