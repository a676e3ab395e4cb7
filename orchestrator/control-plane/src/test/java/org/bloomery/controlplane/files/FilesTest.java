package org.bloomery.controlplane.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointLayout.Shards;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: files are written whole or not at all, views say one thing, and tails lose nothing. */
class FilesTest {
  private static final CheckpointLayout LAYOUT = new CheckpointLayout(2, 1, 1, 2, Shards.BF16);

  @TempDir Path directory;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> names(Path where) throws IOException {
    try (var entries = Files.list(where)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesAndReplacesAndLeavesNothingBehind() throws IOException {
    Path file = directory.resolve("go");
    AtomicFiles.write(file, bytes("one"));
    AtomicFiles.write(file, bytes("two"), AtomicFiles.Access.OWNER);
    assertThat(file).hasContent("two");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(names(directory)).containsExactly("go");
  }

  @Test
  void writesSeveralFilesOfADirectoryOrLeavesNothingBehind() throws IOException {
    AtomicFiles.write(
        directory,
        List.of(
            new AtomicFiles.Text("job.sh", "run", AtomicFiles.Access.EXECUTABLE),
            new AtomicFiles.Text("splits", "text", AtomicFiles.Access.READABLE)));
    assertThat(directory.resolve("job.sh")).hasContent("run").isExecutable();
    assertThat(directory.resolve("splits")).hasContent("text");

    Files.createDirectories(directory.resolve("go/inside"));
    List<AtomicFiles.Text> inTheWay =
        List.of(
            new AtomicFiles.Text("go", "x", AtomicFiles.Access.READABLE),
            new AtomicFiles.Text("later", "x", AtomicFiles.Access.READABLE));
    assertThatThrownBy(() -> AtomicFiles.write(directory, inTheWay))
        .isInstanceOf(IOException.class);
    assertThat(names(directory)).containsExactly("go", "job.sh", "splits");
  }

  @Test
  void aNewFileNeverReplacesOne() throws IOException {
    Path file = directory.resolve("go");
    AtomicFiles.createNew(file, bytes("one"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    assertThatThrownBy(() -> AtomicFiles.createNew(file, bytes("two")))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("go");
    assertThat(file).hasContent("one");
    assertThat(names(directory)).containsExactly("go");
  }

  @Test
  void failsWithoutATraceWhereItCannotWrite() throws IOException {
    assertThatThrownBy(() -> AtomicFiles.write(directory.resolve("no/go"), bytes("x")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no directory to write in");
    Files.createDirectories(directory.resolve("go/inside"));
    assertThatThrownBy(() -> AtomicFiles.write(directory.resolve("go"), bytes("x")))
        .isInstanceOf(IOException.class);
    assertThat(names(directory)).containsExactly("go");
  }

  @Test
  void theViewNamesTheChosenCheckpointAndNoOther() throws IOException {
    Path root = directory.resolve("ck");
    SampleCheckpoints.write(root, LAYOUT, 100);
    SampleCheckpoints.write(root, LAYOUT, 200);
    Path attempt = Files.createDirectory(directory.resolve("0002"));
    Optional<LoadView.Source> at100 =
        Optional.of(new LoadView.Source(root, new CheckpointRef(1, 100)));
    Path view = LoadView.prepare(attempt, at100);
    assertThat(names(view))
        .containsExactly("global_step100", "latest", "latest_checkpointed_iteration.txt");
    assertThat(view.resolve("latest")).hasContent("global_step100");
    assertThat(Files.size(view.resolve("latest"))).isEqualTo("global_step100".length());
    assertThat(view.resolve("latest_checkpointed_iteration.txt")).hasContent("100");
    assertThat(names(view.resolve("global_step100"))).hasSize(7);

    Object before = Files.readAttributes(view, "unix:ino");
    LoadView.prepare(attempt, at100);
    assertThat(Files.readAttributes(view, "unix:ino")).isEqualTo(before);

    LoadView.prepare(attempt, Optional.of(new LoadView.Source(root, new CheckpointRef(1, 200))));
    assertThat(view.resolve("latest")).hasContent("global_step200");
    assertThat(names(attempt)).containsExactly("load");
    assertThat(names(root)).contains("global_step100", "global_step200");
    assertThat(names(root.resolve("global_step100"))).hasSize(7);

    LoadView.prepare(attempt, Optional.empty());
    assertThat(names(view)).isEmpty();
  }

  @Test
  void aViewThatWasTamperedWithIsMadeAnew() throws IOException {
    Path root = directory.resolve("ck");
    SampleCheckpoints.write(root, LAYOUT, 100);
    Path attempt = Files.createDirectory(directory.resolve("0002"));
    Optional<LoadView.Source> source =
        Optional.of(new LoadView.Source(root, new CheckpointRef(1, 100)));
    Path view = LoadView.prepare(attempt, source);
    Files.writeString(view.resolve("latest"), "global_step999");
    LoadView.prepare(attempt, source);
    assertThat(view.resolve("latest")).hasContent("global_step100");
    Files.writeString(view.resolve("notes.txt"), "a person's");
    LoadView.prepare(attempt, source);
    assertThat(names(view)).hasSize(3);
    // What is not ours is moved aside and not removed.
    assertThat(names(attempt)).hasSize(2);
  }

  @Test
  void noViewOfACheckpointThatIsNotThere() throws IOException {
    Path attempt = Files.createDirectory(directory.resolve("0002"));
    LoadView.Source gone = new LoadView.Source(directory, new CheckpointRef(1, 100));
    assertThatThrownBy(() -> LoadView.prepare(attempt, Optional.of(gone)))
        .isInstanceOf(CheckpointGoneException.class)
        .hasMessageContaining("the checkpoint to load is not there any more");
    // A file system that is away has removed nothing.
    LoadView.Source away =
        new LoadView.Source(directory.resolve("away"), new CheckpointRef(1, 100));
    assertThatThrownBy(() -> LoadView.prepare(attempt, Optional.of(away)))
        .isExactlyInstanceOf(NoSuchFileException.class);
    assertThat(names(attempt)).isEmpty();
  }

  @Test
  void aTailReadsOnInSteps() throws IOException {
    Path file = directory.resolve("train.log");
    LogTail tail = new LogTail(file, 4);
    LogTail.Step none = tail.next();
    assertThat(none.bytes()).isEmpty();
    assertThat(none.toEnd()).isTrue();
    Files.writeString(file, "abcdef");
    LogTail.Step first = tail.next();
    assertThat(first.bytes()).isEqualTo(bytes("abcd"));
    assertThat(first.toEnd()).isFalse();
    LogTail.Step second = tail.next();
    assertThat(second.bytes()).isEqualTo(bytes("ef"));
    assertThat(second.toEnd()).isTrue();
    assertThat(tail.next().bytes()).isEmpty();
    Files.writeString(file, "gh", StandardOpenOption.APPEND);
    assertThat(tail.next().bytes()).isEqualTo(bytes("gh"));
  }

  @Test
  void aTailStartsAnewWhenItsFileWasCutOrReplaced() throws IOException {
    Path file = directory.resolve("train.log");
    LogTail tail = new LogTail(file);
    Files.writeString(file, "abcdef");
    assertThat(tail.next().restarted()).isFalse();
    Files.writeString(file, "xy");
    LogTail.Step cut = tail.next();
    assertThat(cut.restarted()).isTrue();
    assertThat(cut.bytes()).isEqualTo(bytes("xy"));
    AtomicFiles.write(file, bytes("longer than before"));
    LogTail.Step replaced = tail.next();
    assertThat(replaced.restarted()).isTrue();
    assertThat(replaced.bytes()).isEqualTo(bytes("longer than before"));
    Files.delete(file);
    assertThat(tail.next().restarted()).isTrue();
    assertThat(tail.next().restarted()).isFalse();
  }

  @Test
  void aTailOfNoFileSaysSo() {
    assertThatThrownBy(() -> new LogTail(directory).next())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a regular file");
  }
}
