package org.bloomery.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bloomery.controlplane.http.ApiJson;
import org.bloomery.controlplane.http.Wire;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;

/** The facts of a run in their order, as {@code bloomery events -o json} tells them. */
record RunStory(List<RunEvent> facts) {

  static RunStory of(String json) throws IOException {
    List<RunEvent> facts = new ArrayList<>();
    for (RunRecord record : ApiJson.mapper().readValue(json, Wire.Events.class).events()) {
      facts.addAll(record.facts());
    }
    return new RunStory(List.copyOf(facts));
  }

  <F extends RunEvent> List<F> all(Class<F> kind) {
    return facts.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  RunId run() {
    return all(RunEvent.RunSubmitted.class).get(0).run();
  }

  List<RunEvent.AttemptEnded> ends() {
    return all(RunEvent.AttemptEnded.class);
  }

  List<EndCause> causes() {
    return ends().stream().map(RunEvent.AttemptEnded::cause).toList();
  }

  List<Posting> postings() {
    return all(RunEvent.UsagePosted.class).stream().map(RunEvent.UsagePosted::posting).toList();
  }

  /** The newest checkpoint that was sealed before a fact, if there was one. */
  Optional<CheckpointRef> newestBefore(RunEvent fact) {
    return new RunStory(facts.subList(0, facts.indexOf(fact)))
        .all(RunEvent.CheckpointSealed.class).stream()
            .map(RunEvent.CheckpointSealed::checkpoint)
            .map(SealedCheckpoint::ref)
            .reduce((former, later) -> later);
  }

  /**
   * Each attempt has gone on where the newest sealed checkpoint before it ends, or has begun anew
   * while there was none.
   */
  void assertGoesOn() {
    List<RunEvent.AttemptPlanned> planned = all(RunEvent.AttemptPlanned.class);
    for (int i = 1; i < planned.size(); i++) {
      Optional<CheckpointRef> from = newestBefore(planned.get(i));
      assertThat(planned.get(i).resumeFrom()).isEqualTo(from);
      if (i < ends().size()) {
        long before = from.map(CheckpointRef::iteration).orElse(0L);
        assertThat(ends().get(i).firstIteration()).hasValue(before + 1);
      }
    }
  }

  /**
   * Each posting is a row of {@code sacct -D} to the second, and each row of a job of the run's
   * name has a posting.
   *
   * @param devices what each job has
   */
  void assertBilledAsAccounted(SlurmContainer cluster, int devices) throws Exception {
    Map<String, String> billed = new TreeMap<>();
    for (Posting posting : postings()) {
      long seconds = posting.end().getEpochSecond() - posting.start().getEpochSecond();
      assertThat(posting.allocated().value()).isEqualTo(devices * seconds);
      billed.put(
          posting.job().jobId() + " of " + posting.job().submitEpoch(),
          "from %d to %d, %d s"
              .formatted(
                  posting.start().getEpochSecond(), posting.end().getEpochSecond(), seconds));
    }
    assertThat(billed).hasSameSizeAs(postings()).isEqualTo(accounted(cluster, devices));
  }

  private Map<String, String> accounted(SlurmContainer cluster, int devices) throws Exception {
    String rows =
        cluster.run(
            "env",
            "SLURM_TIME_FORMAT=%s",
            "sacct",
            "--allocations",
            "--duplicates",
            "--noheader",
            "--parsable2",
            "--starttime=now-1days",
            "--format=JobName%100,JobIDRaw,Submit,Start,End,ElapsedRaw,AllocTRES");
    Map<String, String> accounted = new TreeMap<>();
    for (String row : rows.lines().toList()) {
      List<String> fields = List.of(row.split("\\|", -1));
      if (fields.get(0).matches(run().value() + "-[0-9a-f]{6}")) {
        // What was cancelled before it had nodes was given nothing, and its bill says so; it has
        // no start, or, after a requeue, the moment of its end.
        boolean started = !fields.get(3).equals("None");
        boolean given = fields.get(6).contains("gres/gpu=" + devices);
        assertThat(given ? started : fields.get(5).equals("0")).as(row).isTrue();
        accounted.put(
            fields.get(1) + " of " + fields.get(2),
            "from %s to %s, %s s"
                .formatted(fields.get(started ? 3 : 4), fields.get(4), fields.get(5)));
      }
    }
    return accounted;
  }
}
