package org.bloomery.controlplane.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.Attempt;
import org.bloomery.core.run.Deferral;
import org.bloomery.core.run.Failures;
import org.bloomery.core.run.Handover;
import org.bloomery.core.run.HoldReason;
import org.bloomery.core.run.Lineage;
import org.bloomery.core.run.Outcome;
import org.bloomery.core.run.Phase;
import org.bloomery.core.run.Request;
import org.bloomery.core.run.Run;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.run.SpecRef;
import org.bloomery.core.run.Successor;
import org.bloomery.core.run.Suspect;
import org.bloomery.core.training.Pauses;
import org.junit.jupiter.api.Test;

/**
 * What is stored outlives the code that stored it: one document of each kind, as text. A renamed
 * component shows here, and means that homes that exist can no longer be read. {@code
 * -Dgolden.update} writes the file anew.
 */
final class RunCodecGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/run-codec.golden.jsonl");
  private static final Path FIRST = Path.of("src/test/resources/run-codec.first.jsonl");
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00.250Z");
  private static final RunId RUN = new RunId("bloom-nano");
  private static final SpecRef SPEC = new SpecRef("5p3c", "bloom-nano.yaml", "/specs");
  private static final CheckpointRef CHECKPOINT = new CheckpointRef(2, 400);
  private static final SealedCheckpoint SEALED =
      new SealedCheckpoint(CHECKPOINT, "5ea1ed", 123_456_789_012L, 96, AT);
  private static final JobKey JOB = new JobKey("local", "4711", 1_772_359_200L);
  private static final JobKey NEXT_JOB = new JobKey("local", "4712", 1_772_359_300L);
  private static final JobKey SURPLUS_JOB = new JobKey("local", "4710", 1_772_359_100L);
  private static final Deferral DEFERRAL = new Deferral(2, Optional.of(AT), "busy");
  private static final Posting POSTING =
      new Posting(
          JOB,
          RUN,
          Optional.of(2),
          "account",
          "ada",
          AT,
          AT.plusSeconds(90),
          List.of("node001"),
          new GpuSeconds(180),
          new GpuSeconds(360),
          Posting.Source.EXIT_RECORD,
          false);

  private final RunCodec codec = new RunCodec();

  private static List<RunEvent> facts() {
    return List.of(
        new RunEvent.RunSubmitted(RUN, SPEC, "account", "ada"),
        new RunEvent.AttemptPlanned(
            2,
            "b0d1",
            Optional.of("job"),
            Optional.of(CHECKPOINT),
            new GpuSeconds(7200),
            List.of("node007")),
        new RunEvent.SubmissionTried(3),
        new RunEvent.SubmissionDeferred("QOSMaxSubmitJobPerUserLimit", AT),
        new RunEvent.SuccessorPlanned(3, "7ob5", new GpuSeconds(7200), List.of("node007")),
        new RunEvent.SuccessorTried(2),
        new RunEvent.SuccessorDeferred("busy", AT),
        new RunEvent.SuccessorAccepted(NEXT_JOB),
        new RunEvent.SuccessorDropped("the run is over"),
        new RunEvent.SuccessorBound(3, "b0d2", Optional.of(CHECKPOINT), List.of("node007")),
        new RunEvent.SurplusSeen(SURPLUS_JOB),
        new RunEvent.JobAccepted(JOB),
        new RunEvent.JobStarted(AT, List.of("node001", "node002")),
        new RunEvent.CheckpointSealed(SEALED),
        new RunEvent.CheckpointRejected(CHECKPOINT, "a shard is missing"),
        new RunEvent.WrongStartSeen(401, 1),
        new RunEvent.JobEnded("exit 1"),
        new RunEvent.AttemptEnded(
            2,
            EndCause.GPU_FAULT,
            List.of("Xid 79"),
            List.of("node002"),
            OptionalLong.of(401),
            OptionalLong.empty(),
            17,
            3.25,
            Optional.of(new Pauses(40.5, 12))),
        new RunEvent.UsagePosted(POSTING),
        new RunEvent.RunReady(AT),
        new RunEvent.RunHeld(HoldReason.USER_ERROR, "KeyError"),
        new RunEvent.RunFinished(Outcome.SUCCEEDED),
        new RunEvent.Requested(Request.Kind.STOP, "ada"),
        new RunEvent.RequestMet(),
        new RunEvent.Resumed("ada", OptionalLong.of(300)));
  }

  private static List<Phase> phases() {
    return List.of(
        new Phase.Ready(AT),
        new Phase.Submitting(AT, 2, Optional.of(DEFERRAL)),
        new Phase.Pending(AT),
        new Phase.Running(AT),
        new Phase.Ending(AT),
        new Phase.Held(HoldReason.TOO_MANY_FAILURES, "3 of 3"),
        new Phase.Finished(Outcome.CANCELLED));
  }

  private static Run run(Phase phase) {
    return new Run(
        RUN,
        SPEC,
        "account",
        phase,
        Optional.of(
            new Attempt(
                2,
                "b0d1",
                Optional.of(CHECKPOINT),
                new GpuSeconds(7200),
                AT,
                Optional.of(JOB),
                false,
                Optional.of(SURPLUS_JOB),
                List.of("node007"))),
        Optional.of(
            new Successor(
                3,
                "7ob5",
                List.of("node007"),
                new GpuSeconds(7200),
                AT,
                new Handover(AT, 1, Optional.of(DEFERRAL)),
                Optional.of(NEXT_JOB),
                Optional.of("the run is over"),
                false)),
        new Lineage(List.of(SEALED)),
        Optional.of(new Request(Request.Kind.CANCEL, "ada", AT)),
        new Failures(Map.of(EndCause.UNKNOWN, 1, EndCause.NODE_FAILURE, 2)),
        new GpuSeconds(360),
        List.of(SURPLUS_JOB),
        List.of(NEXT_JOB),
        List.of(new Suspect("node007", EndCause.GPU_FAULT, 1, AT)),
        Optional.of(EndCause.NODE_FAILURE),
        OptionalLong.of(150),
        "why",
        AT,
        12);
  }

  @Test
  void knowsEveryKind() {
    assertThat(facts().stream().map(Object::getClass))
        .containsExactlyInAnyOrder(RunEvent.class.getPermittedSubclasses());
    assertThat(phases().stream().map(Object::getClass))
        .containsExactlyInAnyOrder(Phase.class.getPermittedSubclasses());
  }

  @Test
  void writesWhatItHasAlwaysWritten() throws IOException {
    List<String> documents = new ArrayList<>();
    for (RunEvent fact : facts()) {
      documents.add(new String(codec.encode(new RunRecord(3, AT, 7, "why", List.of(fact))), UTF_8));
    }
    for (Phase phase : phases()) {
      documents.add(new String(codec.encode(run(phase)), UTF_8));
    }
    if (System.getProperty("golden.update") != null) {
      Files.write(GOLDEN, documents);
    }
    assertThat(documents).isEqualTo(Files.readAllLines(GOLDEN));
  }

  /** Homes that were made before there were successors and excluded nodes go on. */
  @Test
  void readsWhatItWroteAtFirst() throws IOException {
    for (String document : Files.readAllLines(FIRST)) {
      byte[] bytes = document.getBytes(UTF_8);
      if (document.startsWith("{\"format\":1,\"run\":")) {
        Run read = codec.decodeRun(bytes, "first");
        assertThat(read.successor()).isEmpty();
        assertThat(read.billed()).isEmpty();
        assertThat(read.surplus()).isEmpty();
        assertThat(read.suspects()).isEmpty();
        assertThat(read.attempt().orElseThrow().excluded()).isEmpty();
        assertThat(read.nextAttempt()).isEqualTo(3);
      } else {
        assertThat(codec.decodeRecord(bytes, "first").facts()).hasSize(1);
      }
    }
  }

  @Test
  void readsWhatItHasAlwaysWritten() throws IOException {
    List<RunEvent> facts = new ArrayList<>();
    List<Phase> phases = new ArrayList<>();
    for (String document : Files.readAllLines(GOLDEN)) {
      byte[] bytes = document.getBytes(UTF_8);
      if (document.startsWith("{\"format\":1,\"run\":")) {
        Run read = codec.decodeRun(bytes, "golden");
        assertThat(read).isEqualTo(run(read.phase()));
        phases.add(read.phase());
      } else {
        facts.addAll(codec.decodeRecord(bytes, "golden").facts());
      }
    }
    assertThat(facts).isEqualTo(facts());
    assertThat(phases).isEqualTo(phases());
  }
}
