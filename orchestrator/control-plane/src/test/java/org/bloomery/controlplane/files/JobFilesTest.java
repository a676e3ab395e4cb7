package org.bloomery.controlplane.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bloomery.controlplane.files.ClaimFile.Claim;
import org.bloomery.controlplane.files.SubmissionFile.Started;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.ExitRecord.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What jobs write is read without trust: whatever lies there, the reader gets a value. */
class JobFilesTest {
  private static final String CLAIM =
      """
      {"version":1,"jobId":"0a1b2c3d-42-4711","restartCount":0,"host":"r1i0n3",
       "startEpoch":1700000000,"bootId":"0a1b2c3d-0000","pid":42,"startTicks":4711}
      """;
  private static final String EXIT =
      """
      {"version":1,"run":"bloom-nano","attempt":7,"jobId":"0a1b2c3d-42-4711","restartCount":1,
       "startEpoch":1700000000,"endEpoch":1700000100,"exitCode":137,"signal":9,"reason":"failed",
       "badNodes":["r1i0n3"]}
      """;

  @TempDir private Path attempt;

  @Test
  void whatIsNotThereIsAbsent() throws IOException {
    assertThat(ClaimFile.read(attempt)).isEqualTo(new Reading.Absent<>());
    assertThat(ExitRecordFile.read(attempt)).isEqualTo(new Reading.Absent<>());
    assertThat(SubmissionFile.read(attempt.resolve("never/made")))
        .isEqualTo(new Reading.Absent<>());
  }

  @Test
  void aClaimNamesItsOwnerAndMaySayMore() throws IOException {
    Files.writeString(attempt.resolve("claim"), CLAIM);

    assertThat(ClaimFile.read(attempt).value())
        .hasValue(new Claim("0a1b2c3d-42-4711", 0, "r1i0n3", 1_700_000_000));
  }

  @Test
  void anExitRecordIsReadWithAllItsFields() throws IOException {
    Files.writeString(attempt.resolve("exit.json"), EXIT);

    assertThat(ExitRecordFile.read(attempt).value())
        .hasValue(
            new ExitRecord(
                1,
                new RunId("bloom-nano"),
                7,
                "0a1b2c3d-42-4711",
                1,
                1_700_000_000,
                1_700_000_100,
                137,
                9,
                Reason.FAILED,
                List.of("r1i0n3")));
  }

  @Test
  void everyReasonOfTheScriptIsKnown() throws IOException {
    for (Reason reason : Reason.values()) {
      Files.writeString(attempt.resolve("exit.json"), EXIT.replace("failed", reason.text()));
      assertThat(ExitRecordFile.read(attempt).value().orElseThrow().reason()).isEqualTo(reason);
    }
  }

  @Test
  void aRecordThatWasCutAnywhereIsUnreadableAndNoCrash() throws IOException {
    String whole = EXIT.strip();
    for (int length = 0; length < whole.length(); length++) {
      Files.writeString(attempt.resolve("exit.json"), whole.substring(0, length));
      assertThat(ExitRecordFile.read(attempt)).isInstanceOf(Reading.Unreadable.class);
    }
  }

  @Test
  void garbageIsUnreadableAndNoCrash() throws IOException {
    List<String> garbage =
        List.of(
            "null",
            "[]",
            "17",
            "\0\0\0\0",
            "{\"version\":1}",
            EXIT + EXIT,
            EXIT.replace("\"version\":1", "\"version\":2"),
            EXIT.replace("\"failed\"", "\"bored\""),
            EXIT.replace("bloom-nano", "../../etc"),
            EXIT.replace("\"attempt\":7", "\"attempt\":7,\"attempt\":8"),
            EXIT.replace("1700000100", "-1"),
            EXIT.replace("1700000100", "1e3"),
            EXIT.replace("1700000100", "99999999999999999999"),
            EXIT.replace("1700000100", "9223372036854775807"),
            EXIT.replace("[\"r1i0n3\"]", "[[[[1]]]]"),
            "[".repeat(100_000),
            EXIT + " ".repeat(300_000));
    for (String text : garbage) {
      Files.writeString(attempt.resolve("exit.json"), text);
      assertThat(ExitRecordFile.read(attempt))
          .as(text.substring(0, Math.min(text.length(), 80)))
          .isInstanceOf(Reading.Unreadable.class);
    }
  }

  @Test
  @Timeout(60)
  void whatIsNoFileIsNotOpened() throws Exception {
    Process fifo = new ProcessBuilder("mkfifo", attempt.resolve("claim").toString()).start();
    assertThat(fifo.waitFor()).isZero();
    Files.createDirectory(attempt.resolve("exit.json"));
    Path elsewhere = Files.writeString(attempt.resolve("elsewhere"), CLAIM);
    Files.createSymbolicLink(attempt.resolve("submission.json"), elsewhere);

    assertThat(ClaimFile.read(attempt)).isInstanceOf(Reading.Unreadable.class);
    assertThat(ExitRecordFile.read(attempt)).isInstanceOf(Reading.Unreadable.class);
    assertThat(SubmissionFile.read(attempt)).isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void aFileSystemThatDoesNotAnswerIsAnError() throws IOException {
    Path file = Files.writeString(attempt.resolve("file"), "");

    assertThatThrownBy(() -> ClaimFile.read(file)).isInstanceOf(IOException.class);
  }

  @Test
  void aStartIsRecordedOnceAndNeverChanged() throws IOException {
    Started first = new Started("0a1b2c3d-42-4711", 1_700_000_000);

    assertThat(SubmissionFile.create(attempt, first)).isTrue();
    assertThat(SubmissionFile.create(attempt, new Started("0a1b2c3d-43-4712", 1))).isFalse();
    assertThat(SubmissionFile.read(attempt).value()).hasValue(first);
  }
}
