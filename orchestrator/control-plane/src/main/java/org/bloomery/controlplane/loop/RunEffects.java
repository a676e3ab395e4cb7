package org.bloomery.controlplane.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.controlplane.files.LoadView;
import org.bloomery.core.checkpoint.CheckpointManifest;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.id.RunId;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Effect;
import org.bloomery.core.run.Run;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.GoFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs effects whose decision is durable. Each may be repeated: what is there already and is as
 * it should be is left alone.
 */
public final class RunEffects {
  private static final Logger LOG = LoggerFactory.getLogger(RunEffects.class);

  private final ResourceManager resourceManager;
  private final Map<String, String> rejections = new ConcurrentHashMap<>();

  public RunEffects(ResourceManager resourceManager) {
    this.resourceManager = resourceManager;
  }

  /** Whether an effect changes what the resource manager shows. */
  static boolean changesJobs(Effect effect) {
    return effect instanceof Effect.SubmitJob || effect instanceof Effect.CancelJob;
  }

  /** The resource manager's words, if it has refused an attempt's job to this leader. */
  Optional<String> rejection(RunId run, int attempt) {
    return Optional.ofNullable(rejections.get(run + "/" + attempt));
  }

  /**
   * Performs them in order.
   *
   * @throws UncheckedIOException if a file could not be written; what follows is not done then
   */
  void perform(Run run, RunContext context, List<Effect> effects) {
    for (Effect effect : effects) {
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

  private void submit(Run run, RunContext context, int number) throws IOException {
    Attempt attempt = run.attempt().orElseThrow();
    Optional<Long> resume = attempt.resumeFrom().map(CheckpointRef::iteration);
    AttemptFiles files = context.rendering().files(number, resume);
    if (!files.bodySha256().equals(attempt.bodySha256())) {
      // Another version of Bloomery planned it: what was recorded can no longer be written.
      rejections.put(
          run.id() + "/" + number,
          "the attempt was planned by another version of Bloomery, whose scripts differ;"
              + " resume the run to plan it anew");
      return;
    }
    Path directory = context.attemptDirectory(number);
    Files.createDirectories(directory);
    Files.createDirectories(context.checkpointRoot(number));
    for (Map.Entry<String, String> file : files.texts().entrySet()) {
      write(directory, file.getKey(), file.getValue());
    }
    LoadView.prepare(
        directory,
        attempt
            .resumeFrom()
            .map(ref -> new LoadView.Source(context.checkpointRoot(ref.attempt()), ref)));
    write(directory, AttemptFiles.GO, new GoFile(number, files.bodySha256(), resume).text());
    handOver(run, resourceManager.submit(context.jobRequest(number)));
  }

  private void handOver(Run run, ResourceManager.Submission outcome) {
    int attempt = run.attempt().orElseThrow().number();
    if (outcome instanceof ResourceManager.Submission.Rejected rejected) {
      LOG.warn("{}: attempt {} was refused: {}", run.id(), attempt, rejected.why());
      rejections.put(run.id() + "/" + attempt, rejected.why());
    } else if (outcome instanceof ResourceManager.Submission.Ambiguous ambiguous) {
      LOG.warn("{}: attempt {} may be queued: {}", run.id(), attempt, ambiguous.why());
    }
  }

  /** Writes a file of an attempt unless it says exactly this already. */
  private static void write(Path directory, String name, String text) throws IOException {
    Path file = directory.resolve(name);
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    boolean same =
        Files.isRegularFile(file) && java.util.Arrays.equals(Files.readAllBytes(file), content);
    if (!same) {
      boolean script = name.endsWith(".sh");
      AtomicFiles.write(
          file, content, script ? AtomicFiles.Access.EXECUTABLE : AtomicFiles.Access.READABLE);
    }
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

  private static String words(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
