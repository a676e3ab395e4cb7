package org.bloomery.controlplane.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipOutputStream;
import org.bloomery.core.checkpoint.CheckpointLayout;
import org.bloomery.core.checkpoint.CheckpointLayout.Shards;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.DirectoryListing;
import org.bloomery.core.checkpoint.LatestFile;
import org.bloomery.core.checkpoint.ScannedFile;
import org.bloomery.core.checkpoint.ScannedFile.Content;
import org.bloomery.core.checkpoint.Sighting;
import org.bloomery.core.checkpoint.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: on a real file system, whole checkpoints are seen as whole and no damage as whole. */
class CheckpointScannerTest {
  private static final CheckpointLayout LAYOUT = new CheckpointLayout(2, 1, 1, 2, Shards.BF16);
  private static final String SHARD = "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt";
  private static final CheckpointRef REF = new CheckpointRef(1, 100);

  @TempDir Path root;

  private final CheckpointScanner scanner = new CheckpointScanner();
  private final CheckpointObserver observer = new CheckpointObserver(scanner);

  private Verdict verify() {
    return observer.verify(root, REF, LAYOUT);
  }

  private static Content content(byte[] bytes, Path file) throws IOException {
    Files.write(file, bytes);
    DirectoryListing.Listed listed =
        (DirectoryListing.Listed) new CheckpointScanner().scan(file.getParent());
    return listed.files().stream()
        .filter(f -> f.name().equals(file.getFileName().toString()))
        .map(ScannedFile::content)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aWholeCheckpointIsCompleteAndItsManifestSaysWhatItHolds() {
    SampleCheckpoints.write(root, LAYOUT, 100);
    Verdict.Complete first = (Verdict.Complete) verify();
    assertThat(first.manifest().entries()).hasSize(7);
    assertThat(((Verdict.Complete) verify()).manifest().sha256())
        .isEqualTo(first.manifest().sha256());
  }

  @Test
  void everyCutOfAFileIsFound() throws IOException {
    Path file = SampleCheckpoints.write(root, LAYOUT, 100).resolve(SHARD);
    byte[] whole = Files.readAllBytes(file);
    for (int length = whole.length - 1; length > 0; length -= length > 400 ? 97 : 1) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(verify()).as("cut at %d", length).isInstanceOf(Verdict.Corrupt.class);
    }
    Files.write(file, new byte[0]);
    assertThat(verify()).isInstanceOf(Verdict.Incomplete.class);
    Files.write(file, new byte[whole.length]);
    assertThat(verify()).isInstanceOf(Verdict.Corrupt.class);
    Files.delete(file);
    assertThat(verify()).isEqualTo(new Verdict.Incomplete(List.of(SHARD + " is missing")));
  }

  @Test
  void aRewrittenFileOfTheSameSizeChangesTheManifest() throws IOException {
    Path file = SampleCheckpoints.write(root, LAYOUT, 100).resolve(SHARD);
    String before = ((Verdict.Complete) verify()).manifest().sha256();
    byte[] whole = Files.readAllBytes(file);
    byte[] other = SampleCheckpoints.zip(whole.length - 373, 77);
    for (int bytes = whole.length; other.length != whole.length; bytes--) {
      other = SampleCheckpoints.zip(bytes, 77);
    }
    Files.write(file, other);
    assertThat(((Verdict.Complete) verify()).manifest().sha256()).isNotEqualTo(before);
  }

  @Test
  void aTailThatWasAddedOrBytesThatWereRemovedAreFound() throws IOException {
    byte[] whole = SampleCheckpoints.zip(5000, 1);
    Path file = root.resolve("x.pt");
    assertThat(content(whole, file)).isInstanceOf(Content.Fingerprint.class);
    assertThat(content(Arrays.copyOf(whole, whole.length + 8), file))
        .isInstanceOf(Content.Damaged.class);
    byte[] shorter = new byte[whole.length - 64];
    System.arraycopy(whole, 0, shorter, 0, 1000);
    System.arraycopy(whole, 1064, shorter, 1000, whole.length - 1064);
    assertThat(content(shorter, file)).isInstanceOf(Content.Damaged.class);
  }

  @Test
  void readsTheZip64Form() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      // More entries than the old form can count.
      for (int i = 0; i < 66_000; i++) {
        SampleCheckpoints.store(zip, "a/" + i, new byte[0]);
      }
    }
    byte[] whole = out.toByteArray();
    Path file = root.resolve("x.pt");
    assertThat(content(whole, file)).isInstanceOf(Content.Fingerprint.class);
    int locator = whole.length - 22 - 20;
    byte[] misled = whole.clone();
    ByteBuffer.wrap(misled).order(ByteOrder.LITTLE_ENDIAN).putLong(locator + 8, -1);
    assertThat(content(misled, file)).isInstanceOf(Content.Damaged.class);
    misled = whole.clone();
    ByteBuffer.wrap(misled)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(whole.length - 22 - 20 - 56 + 40, Long.MAX_VALUE);
    assertThat(content(misled, file)).isInstanceOf(Content.Damaged.class);
  }

  @Test
  void anEntryThatReachesBeyondTheFileIsFound() throws IOException {
    byte[] whole = SampleCheckpoints.zip(5000, 1);
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    int directory = bytes.getInt(whole.length - 22 + 16);
    bytes.putInt(directory + 20, 6_000_000);
    assertThat(content(whole, root.resolve("x.pt")))
        .isEqualTo(
            new Content.Damaged("its zip directory names bytes that the file does not have"));
  }

  @Test
  void noRandomDamageOfTheDirectoryIsMoreThanDamage() throws IOException {
    Path file = root.resolve("x.pt");
    byte[] whole = SampleCheckpoints.zip(100, 1);
    Content before = content(whole, file);
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) 0xff;
      Content after = content(damaged, file);
      boolean inDirectory = at > whole.length - 200;
      if (inDirectory) {
        assertThat(after).as("byte %d", at).isNotEqualTo(before);
      }
    }
  }

  @Test
  void readsOnlyTheEndOfAHugeFile() throws IOException {
    byte[] end = SampleCheckpoints.zip(100, 1);
    Path file = root.resolve("x.pt");
    long size = 2L << 40;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(end, 0, 4);
      sparse.seek(size - end.length);
      sparse.write(end);
    }
    // Two TiB could not be read in a test: that it ends at all is what is shown.
    DirectoryListing.Listed listed = (DirectoryListing.Listed) scanner.scan(root);
    assertThat(listed.files()).singleElement().extracting(ScannedFile::bytes).isEqualTo(size);
    assertThat(listed.files().get(0).content()).isInstanceOf(Content.Damaged.class);
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    Path real = SampleCheckpoints.write(elsewhere, LAYOUT, 100);
    Path tag = Files.createSymbolicLink(root.resolve("global_step100"), real);
    assertThat(scanner.tags(root)).isEqualTo(new CheckpointScanner.Root.Listed(List.of()));
    assertThat(verify()).isInstanceOf(Verdict.Unreadable.class);
    Files.delete(tag);
    Path directory = SampleCheckpoints.write(root, LAYOUT, 100);
    Files.delete(directory.resolve(SHARD));
    Files.createSymbolicLink(directory.resolve(SHARD), real.resolve(SHARD));
    assertThat(verify().words()).contains(SHARD + " is a symbolic link, not a file");
  }

  @Test
  void whatIsNotThereOrNoDirectoryIsUnreadableAndNotEmpty() throws IOException {
    assertThat(scanner.scan(root.resolve("global_step7")))
        .isInstanceOf(DirectoryListing.Unreadable.class);
    Files.writeString(root.resolve("global_step8"), "a file");
    assertThat(scanner.scan(root.resolve("global_step8")))
        .isInstanceOf(DirectoryListing.Unreadable.class);
    assertThat(scanner.tags(root.resolve("global_step8")))
        .isInstanceOf(CheckpointScanner.Root.Unreadable.class);
    assertThat(scanner.tags(root.resolve("absent")))
        .isEqualTo(new CheckpointScanner.Root.Listed(List.of()));
  }

  @Test
  void listsTagsByNumber() throws IOException {
    for (String name : List.of("global_step1000", "global_step99", "global_stepx", "other")) {
      Files.createDirectory(root.resolve(name));
    }
    assertThat(scanner.tags(root))
        .isEqualTo(new CheckpointScanner.Root.Listed(List.of(99L, 1000L)));
  }

  @Test
  void readsLatestInEveryState() throws IOException {
    assertThat(scanner.latest(root)).isEqualTo(new LatestFile.Missing());
    Path latest = root.resolve("latest");
    Files.writeString(latest, "");
    assertThat(scanner.latest(root)).isEqualTo(new LatestFile.Empty());
    Files.writeString(latest, "global_step100\n");
    assertThat(scanner.latest(root)).isEqualTo(new LatestFile.Names("global_step100"));
    assertThat(scanner.latest(root).oddity(List.of(), Optional.of(50L)).orElseThrow())
        .contains("not there");
    Files.delete(latest);
    Files.createDirectory(latest);
    assertThat(scanner.latest(root)).isInstanceOf(LatestFile.Unreadable.class);
  }

  @Test
  void saysHowLongACheckpointWasUnchanged() throws IOException {
    Path directory = SampleCheckpoints.write(root, LAYOUT, 100);
    assertThat(observe(10)).extracting(Sighting::unchangedFor).containsExactly(Duration.ZERO);
    assertThat(observe(13)).extracting(Sighting::unchangedFor).containsExactly(seconds(3));
    // The kill switch may write the same tag anew: same bytes, other time.
    Files.setLastModifiedTime(directory.resolve(SHARD), FileTime.from(Instant.EPOCH));
    assertThat(observe(15)).extracting(Sighting::unchangedFor).containsExactly(Duration.ZERO);
    assertThat(observe(16)).extracting(Sighting::unchangedFor).containsExactly(seconds(1));
    SampleCheckpoints.write(root, LAYOUT, 200);
    assertThat(observe(18))
        .extracting(Sighting::unchangedFor)
        .containsExactly(seconds(3), Duration.ZERO);
    assertThat(observe(19)).extracting(s -> s.ref().iteration()).containsExactly(100L, 200L);
  }

  @Test
  void aRootThatCannotBeReadIsNotARootWithoutCheckpoints() throws IOException {
    SampleCheckpoints.write(root.resolve("ck"), LAYOUT, 100);
    Path ck = root.resolve("ck");
    assertThat(observer.observe(ck, 1, LAYOUT, 0)).hasSize(1);
    Files.move(ck, root.resolve("away"));
    Files.writeString(ck, "not a directory");
    assertThat(observer.observe(ck, 1, LAYOUT, 1))
        .singleElement()
        .extracting(Sighting::verdict)
        .isInstanceOf(Verdict.Unreadable.class);
    Files.delete(ck);
    Files.move(root.resolve("away"), ck);
    assertThat(observer.observe(ck, 1, LAYOUT, 9))
        .extracting(Sighting::unchangedFor)
        .containsExactly(Duration.ZERO);
  }

  private List<Sighting> observe(long atSeconds) {
    return observer.observe(root, 1, LAYOUT, seconds(atSeconds).toNanos());
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
