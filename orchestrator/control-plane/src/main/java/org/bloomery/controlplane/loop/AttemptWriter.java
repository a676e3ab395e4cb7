package org.bloomery.controlplane.loop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.controlplane.files.AtomicFiles;
import org.bloomery.controlplane.files.LoadView;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.script.AttemptFiles;
import org.bloomery.core.script.GoFile;

/** Lays down the directories and files of one attempt; what is there already is left alone. */
final class AttemptWriter {
  private final RunContext context;
  private final int number;
  private final Path directory;

  AttemptWriter(RunContext context, int number) {
    this.context = context;
    this.number = number;
    this.directory = context.attemptDirectory(number);
  }

  /** Writes files that have been rendered; may be done in any thread. */
  interface Work {
    void write() throws IOException;
  }

  /**
   * What a job needs to start and to wait for its {@code go}.
   *
   * @param resume the checkpoint that it will probably start from
   * @param sha256 of the script as it was recorded
   * @return empty if the script is no longer what was recorded
   */
  Optional<Work> job(Optional<CheckpointRef> resume, String sha256) {
    AttemptFiles files = context.rendering().files(number, resume);
    return Optional.of(files)
        .filter(rendered -> rendered.jobSha256().equals(sha256))
        .map(rendered -> () -> writeJob(rendered));
  }

  /**
   * Everything, {@code go} last: from then on its job may train.
   *
   * @return empty if the body is no longer what was recorded
   */
  Optional<Work> all(Attempt attempt) {
    AttemptFiles files = context.rendering().files(number, attempt.resumeFrom());
    return Optional.of(files)
        .filter(rendered -> rendered.bodySha256().equals(attempt.bodySha256()))
        .map(rendered -> () -> writeAll(rendered, attempt.resumeFrom()));
  }

  private void writeJob(AttemptFiles files) throws IOException {
    createDirectories();
    write(Map.of(AttemptFiles.JOB_SCRIPT, files.jobScript()));
  }

  private void writeAll(AttemptFiles files, Optional<CheckpointRef> resume) throws IOException {
    createDirectories();
    LoadView.prepare(
        directory,
        resume.map(ref -> new LoadView.Source(context.checkpointRoot(ref.attempt()), ref)));
    Map<String, String> texts = new LinkedHashMap<>(files.texts());
    Optional<Long> from = resume.map(CheckpointRef::iteration);
    texts.put(AttemptFiles.GO, new GoFile(number, files.bodySha256(), from).text());
    write(texts);
  }

  private void createDirectories() throws IOException {
    Files.createDirectories(directory);
    Files.createDirectories(context.checkpointRoot(number));
  }

  private void write(Map<String, String> texts) throws IOException {
    List<AtomicFiles.Text> changed = new ArrayList<>();
    for (Map.Entry<String, String> file : texts.entrySet()) {
      if (!isWritten(file.getKey(), file.getValue())) {
        boolean script = file.getKey().endsWith(".sh");
        changed.add(
            new AtomicFiles.Text(
                file.getKey(),
                file.getValue(),
                script ? AtomicFiles.Access.EXECUTABLE : AtomicFiles.Access.READABLE));
      }
    }
    if (!changed.isEmpty()) {
      AtomicFiles.write(directory, changed);
    }
  }

  private boolean isWritten(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    return Files.isRegularFile(file)
        && Arrays.equals(Files.readAllBytes(file), text.getBytes(StandardCharsets.UTF_8));
  }
}
