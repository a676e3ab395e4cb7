package org.bloomery.controlplane.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.controlplane.files.CheckpointGoneException;
import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;
import org.bloomery.core.run.Effect;
import org.bloomery.core.run.Refusal;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.Successor;
import org.bloomery.core.script.AttemptFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs effects whose decision is durable. Each may be repeated: what is there already and is as
 * it should be is left alone.
 */
public final class RunEffects {
  private static final Logger LOG = LoggerFactory.getLogger(RunEffects.class);
  private static final String OTHER_VERSION =
      "the attempt was planned by another version of Bloomery, whose scripts differ;"
          + " resume the run to plan it anew";

  private final ResourceManager resourceManager;
  private final Submissions submissions;
  private final Leadership leadership;
  private final Map<RunId, Map<Integer, Refusal>> refusals = new ConcurrentHashMap<>();

  /** Whether whoever acts here still leads. */
  @FunctionalInterface
  interface Leadership {
    /**
     * Returns if it does.
     *
     * @throws RunStore.StoreException if another leads, or may
     */
    void confirm();
  }

  /**
   * Effects at a resource manager.
   *
   * @param submissions where jobs are handed over
   */
  RunEffects(ResourceManager resourceManager, Executor submissions, Leadership leadership) {
    this.resourceManager = resourceManager;
    this.submissions = new Submissions(submissions);
    this.leadership = leadership;
  }

  /** Whether an effect changes what the resource manager shows. */
  static boolean changesJobs(Effect effect) {
    return effect instanceof Effect.SubmitJob
        || effect instanceof Effect.CancelJob
        || effect instanceof Effect.HoldJob
        || effect instanceof Effect.ReleaseJob;
  }

  /** How the resource manager turned this leader's last submissions away, by attempt. */
  Map<Integer, Refusal> refusals(RunId run) {
    return new TreeMap<>(refusals.getOrDefault(run, Map.of()));
  }

  /**
   * Performs them in order. Whoever pauses between the question whether it leads and the act may
   * act once after another has taken over; each effect is harmless then.
   *
   * @throws RunStore.StoreException if another leads, or may; what follows is not done then
   * @throws UncheckedIOException if a file could not be written; what follows is not done then
   */
  void perform(Run run, RunContext context, List<Effect> effects) {
    for (Effect effect : effects) {
      leadership.confirm();
      try {
        effect.match(action(run, context)).perform();
      } catch (IOException e) {
        throw new UncheckedIOException(words(e), e);
      }
    }
  }

  private interface Action {
    void perform() throws IOException;
  }

  private Effect.Cases<Action> action(Run run, RunContext context) {
    return new Effect.Cases<>() {
      @Override
      public Action submitJob(Effect.SubmitJob effect) {
        return () -> submit(run, context, effect.attempt());
      }

      @Override
      public Action bindAttempt(Effect.BindAttempt effect) {
        return () -> bind(run, context, effect.attempt());
      }

      @Override
      public Action holdJob(Effect.HoldJob effect) {
        return () -> resourceManager.hold(effect.job());
      }

      @Override
      public Action releaseJob(Effect.ReleaseJob effect) {
        return () -> resourceManager.release(effect.job());
      }

      @Override
      public Action excludeNodes(Effect.ExcludeNodes effect) {
        return () -> resourceManager.exclude(effect.job(), effect.nodes());
      }

      @Override
      public Action cancelJob(Effect.CancelJob effect) {
        return () -> {
          LOG.info("{}: ends job {}: {}", run.id(), effect.job().jobId(), effect.why());
          resourceManager.cancel(effect.job());
        };
      }

      @Override
      public Action touchKillSwitch(Effect.TouchKillSwitch effect) {
        Path directory = context.attemptDirectory(effect.attempt());
        return () -> touch(directory.resolve(AttemptFiles.KILL_SWITCH));
      }

      @Override
      public Action writeManifest(Effect.WriteManifest effect) {
        return () -> RunEffects.writeManifest(context, effect.checkpoint(), effect.manifest());
      }
    };
  }

  private void submit(Run run, RunContext context, int number) {
    AttemptWriter writer = new AttemptWriter(context, number);
    Optional<Successor> prepared = run.successor().filter(next -> next.number() == number);
    Optional<CheckpointRef> newest = run.lineage().head().map(SealedCheckpoint::ref);
    Optional<AttemptWriter.Work> files =
        prepared.isPresent()
            ? writer.job(newest, prepared.get().jobSha256())
            : writer.all(run.attempt().orElseThrow());
    if (files.isEmpty()) {
      refuse(run.id(), number, new Refusal(false, OTHER_VERSION));
      return;
    }
    handOver(
        run,
        prepared
            .map(next -> context.jobRequest(run, next))
            .orElseGet(() -> context.jobRequest(run.attempt().orElseThrow())),
        files.get());
  }

  private void bind(Run run, RunContext context, int number) throws IOException {
    Optional<AttemptWriter.Work> files =
        new AttemptWriter(context, number).all(run.attempt().orElseThrow());
    if (files.isPresent()) {
      files.get().write();
    } else {
      // Without a go its job leaves by itself, and the next attempt is planned anew.
      LOG.warn("{}: attempt {} is not told to go: {}", run.id(), number, OTHER_VERSION);
    }
  }

  private void handOver(Run run, ResourceManager.JobRequest request, AttemptWriter.Work files) {
    // From here on nobody knows, until there is an answer.
    Optional.ofNullable(refusals.get(run.id())).ifPresent(of -> of.remove(request.attempt()));
    submissions.begin(
        () -> {
          try {
            answered(run.id(), request.attempt(), submission(request, files));
          } catch (RunStore.FencedException e) {
            throw e;
          } catch (RunStore.UnavailableException e) {
            answered(
                run.id(), request.attempt(), new ResourceManager.Submission.Deferred(words(e)));
          } catch (RuntimeException e) {
            // Whoever waits for the end of this submission is another run.
            LOG.error("{}: attempt {} may be queued", run.id(), request.attempt(), e);
          }
        });
  }

  private ResourceManager.Submission submission(
      ResourceManager.JobRequest request, AttemptWriter.Work files) {
    try {
      files.write();
    } catch (CheckpointGoneException e) {
      return new ResourceManager.Submission.Rejected(words(e));
    } catch (IOException e) {
      return new ResourceManager.Submission.Deferred("its files are not written: " + words(e));
    }
    // The files may have taken long.
    leadership.confirm();
    return resourceManager.submit(request);
  }

  private void answered(RunId run, int attempt, ResourceManager.Submission outcome) {
    if (outcome instanceof ResourceManager.Submission.Rejected rejected) {
      LOG.warn("{}: attempt {} was refused: {}", run, attempt, rejected.why());
      refuse(run, attempt, new Refusal(false, rejected.why()));
    } else if (outcome instanceof ResourceManager.Submission.Deferred deferred) {
      LOG.info("{}: attempt {} not taken now: {}", run, attempt, deferred.why());
      refuse(run, attempt, new Refusal(true, deferred.why()));
    } else if (outcome instanceof ResourceManager.Submission.Ambiguous ambiguous) {
      LOG.warn("{}: attempt {} may be queued: {}", run, attempt, ambiguous.why());
    }
  }

  /** Waits until no job is being handed over any more. */
  void settle() {
    submissions.settle();
  }

  /** Only the newest are of use: an attempt that is over is never submitted again. */
  private synchronized void refuse(RunId run, int attempt, Refusal refusal) {
    Map<Integer, Refusal> ofRun = new ConcurrentHashMap<>();
    refusals
        .getOrDefault(run, Map.of())
        .forEach(
            (number, old) -> {
              if (number >= attempt - 1) {
                ofRun.put(number, old);
              }
            });
    ofRun.put(attempt, refusal);
    refusals.put(run, ofRun);
  }

  private static void touch(Path killSwitch) throws IOException {
    try {
      AtomicFiles.createNew(killSwitch, new byte[0]);
    } catch (FileAlreadyExistsException e) {
      LOG.debug("{} is set already", killSwitch);
    }
  }

  /** Beside the checkpoint, not in it: a complete checkpoint has exactly the trainer's files. */
  private static void writeManifest(
      RunContext context, CheckpointRef ref, CheckpointManifest manifest) throws IOException {
    Path file = context.checkpointRoot(ref.attempt()).resolve(ref.tag() + ".manifest");
    AtomicFiles.write(file, manifest.canonicalText().getBytes(StandardCharsets.UTF_8));
  }

  private static String words(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
