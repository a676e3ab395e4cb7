package org.bloomery.controlplane.api;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.bloomery.core.checkpoint.CheckpointRef;
import org.bloomery.core.checkpoint.SealedCheckpoint;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.ledger.Posting;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.report.Projection;
import org.bloomery.core.run.Outcome;
import org.bloomery.core.run.RunEvent;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.run.SpecRef;

/**
 * A control plane with one run whose first attempt was killed and whose second finished; it notes
 * what it is asked and can be told to fail.
 */
public final class FakeControlPlane implements ControlPlaneApi {
  /** What {@link #lossCurve} answers. */
  public List<LossPoint> losses =
      List.of(new LossPoint(1, 1, 5.5), new LossPoint(1, 2, Double.NaN));

  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final String SHA = "3f".repeat(32);

  private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  private String submitted = "";
  private final Deque<RunView> statuses = new ArrayDeque<>();
  private RuntimeException failure;
  private String text = "iteration 61 | lm loss: 4.2\niteration 62 | lm loss: 4.1\n";
  private String why = "finished: the trainer reached iteration 120";

  /** What was asked so far, one line each. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  /** From now on, every question fails like this. */
  public FakeControlPlane failWith(RuntimeException failure) {
    this.failure = failure;
    return this;
  }

  /** What the log of every attempt holds. */
  public FakeControlPlane withLog(String text) {
    this.text = text;
    return this;
  }

  /** The sentence that tells why the run is where it is. */
  public FakeControlPlane withWhy(String why) {
    this.why = why;
    return this;
  }

  /** What the next questions for the status answer; the last one stays. */
  public FakeControlPlane withPhases(String... phases) {
    for (String phase : phases) {
      statuses.add(run("bloom-nano", phase));
    }
    return this;
  }

  private void note(String call) {
    calls.add(call);
    if (failure != null) {
      throw failure;
    }
  }

  private RunView run(String name, String phase) {
    return new RunView(
        name,
        "demo",
        phase,
        why,
        2,
        Optional.of("4242"),
        OptionalLong.of(120),
        OptionalLong.of(120),
        OptionalDouble.of(3.14159),
        214,
        START.plusSeconds(160));
  }

  private static RunView waiting() {
    return new RunView(
        "bloom-micro",
        "demo",
        "ready",
        "submitted",
        0,
        Optional.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalDouble.empty(),
        0,
        START);
  }

  /** The text that was submitted last. */
  public String submitted() {
    return submitted;
  }

  @Override
  public ServerView server() {
    note("server");
    return new ServerView(
        "0.1.0", 4711, "/home/ada/.bloomery", "c0ffee", 3, true, "control plane 4711 on jean-zay1");
  }

  @Override
  public RunView submit(
      String specText, String file, String specDirectory, boolean again, String by) {
    submitted = specText;
    note("submit " + file + " in " + specDirectory + " again=" + again + " by " + by);
    return run("bloom-nano", "ready");
  }

  @Override
  public List<RunView> list() {
    note("list");
    return List.of(waiting(), run("bloom-nano", "succeeded"));
  }

  @Override
  public RunView status(RunId run) {
    note("status " + run);
    if (statuses.isEmpty()) {
      return run(run.value(), "succeeded");
    }
    return statuses.size() == 1 ? statuses.peek() : statuses.poll();
  }

  @Override
  public DescriptionView describe(RunId run) {
    note("describe " + run);
    return new DescriptionView(
        run.value(),
        "demo",
        "succeeded",
        why,
        OptionalLong.of(120),
        OptionalLong.of(120),
        SHA,
        List.of(killedAttempt(), lastAttempt()),
        checkpoints(false),
        Optional.of(new Projection(200, 0.75, 0.8, 375, Duration.ofSeconds(188))),
        OptionalLong.of(7200));
  }

  private static AttemptView killedAttempt() {
    return new AttemptView(
        1,
        OptionalInt.of(0),
        Optional.of("4100"),
        OptionalLong.empty(),
        OptionalLong.of(1),
        OptionalLong.of(67),
        Optional.of("a rank was killed"),
        List.of("rank 1: signal 9"),
        List.of("node1"),
        Optional.of(START),
        Optional.of(START.plusSeconds(60)),
        120,
        14);
  }

  private static AttemptView lastAttempt() {
    return new AttemptView(
        2,
        OptionalInt.of(0),
        Optional.of("4242"),
        OptionalLong.of(60),
        OptionalLong.of(61),
        OptionalLong.of(120),
        Optional.of("completed"),
        List.of(),
        List.of("node1"),
        Optional.of(START.plusSeconds(70)),
        Optional.of(START.plusSeconds(117)),
        94,
        0);
  }

  @Override
  public List<RunRecord> events(RunId run, long afterVersion, int limit) {
    note("events " + run + " after " + afterVersion + " limit " + limit);
    return records(run).stream().filter(r -> r.version() > afterVersion).limit(limit).toList();
  }

  private static List<RunRecord> records(RunId run) {
    CheckpointRef sixty = new CheckpointRef(1, 60);
    SealedCheckpoint sealed = new SealedCheckpoint(sixty, SHA, 1_000, 7, START.plusSeconds(50));
    JobKey job = new JobKey("local", "4100", START.getEpochSecond());
    Posting posting =
        new Posting(
            job,
            run,
            Optional.of(1),
            "demo",
            "ada",
            START,
            START.plusSeconds(60),
            List.of("node1"),
            new GpuSeconds(120),
            new GpuSeconds(120),
            Posting.Source.EXIT_RECORD,
            true);
    List<List<RunEvent>> facts =
        List.of(
            List.of(
                new RunEvent.RunSubmitted(
                    run, new SpecRef(SHA, "bloom.yaml", "/specs"), "demo", "ada")),
            List.of(
                new RunEvent.AttemptPlanned(
                    1, SHA, Optional.empty(), Optional.empty(), new GpuSeconds(7200), List.of()),
                new RunEvent.SubmissionTried(1)),
            List.of(new RunEvent.JobAccepted(job)),
            List.of(new RunEvent.JobStarted(START, List.of("node1"))),
            List.of(new RunEvent.CheckpointSealed(sealed)),
            List.of(
                new RunEvent.JobEnded("exit code 1"),
                new RunEvent.AttemptEnded(
                    1,
                    EndCause.RANK_KILLED,
                    List.of("rank 1: signal 9"),
                    List.of(),
                    OptionalLong.of(1),
                    OptionalLong.of(67),
                    67,
                    40.5,
                    Optional.empty()),
                new RunEvent.UsagePosted(posting)),
            List.of(new RunEvent.RunFinished(Outcome.SUCCEEDED)));
    List<RunRecord> records = new ArrayList<>();
    for (List<RunEvent> together : facts) {
      long version = records.size() + 1L;
      records.add(
          new RunRecord(version, START.plusSeconds(version), 3, "step " + version, together));
    }
    return records;
  }

  @Override
  public ExplanationView explain(RunId run) {
    note("explain " + run);
    return new ExplanationView(
        run.value(),
        "succeeded",
        why,
        List.of(
            new ExplanationView.Line(START.plusSeconds(117), why, List.of("run-finished")),
            new ExplanationView.Line(
                START.plusSeconds(66),
                "a rank was killed; 1 of 5 restarts without progress, from iteration 60",
                List.of("attempt-ended", "run-ready"))));
  }

  @Override
  public LogView log(RunId run, Optional<Integer> attempt, long offset) {
    note("log " + run + " attempt " + attempt.orElse(0) + " offset " + offset);
    int start = (int) (offset < 0 ? Math.max(0, text.length() + offset) : offset);
    int end = Math.min(text.length(), start + 40);
    String piece = start >= text.length() ? "" : text.substring(start, end);
    return new LogView(attempt.orElse(2), Math.max(start, end), piece, end == text.length());
  }

  @Override
  public List<LossPoint> lossCurve(RunId run) {
    note("losses " + run);
    return losses;
  }

  @Override
  public RunView cancel(RunId run, String by) {
    note("cancel " + run + " by " + by);
    return run(run.value(), "ending");
  }

  @Override
  public RunView stop(RunId run, String by) {
    note("stop " + run + " by " + by);
    return run(run.value(), "running");
  }

  @Override
  public RunView save(RunId run, String by) {
    note("save " + run + " by " + by);
    return run(run.value(), "running");
  }

  @Override
  public RunView hold(RunId run, String by) {
    note("hold " + run + " by " + by);
    return run(run.value(), "pending");
  }

  @Override
  public RunView release(RunId run, String by) {
    note("release " + run + " by " + by);
    return run(run.value(), "pending");
  }

  @Override
  public List<NodeView> nodes(Optional<String> cluster) {
    note("nodes " + cluster.orElse("of all"));
    return List.of(
        node("iam07", 3, true, Optional.empty()),
        node("iam34", 1, false, Optional.of(new NodeExclusion(cluster, "iam34", "ECC", DAY))),
        node("iam51", 0, false, Optional.of(new NodeExclusion(cluster, "iam51", "", NONE))));
  }

  private static final Optional<Duration> DAY = Optional.of(Duration.ofDays(1));
  private static final Optional<Duration> NONE = Optional.empty();

  private static NodeView node(
      String name, int failures, boolean lemon, Optional<NodeExclusion> exclusion) {
    Optional<String> some = Optional.of("bloom-nano").filter(run -> failures > 0);
    return new NodeView(
        "jean-zay",
        name,
        failures,
        failures == 0 ? Map.of() : Map.of("GPU fault", failures),
        lemon,
        some.map(run -> START),
        some,
        exclusion.isPresent(),
        exclusion.map(NodeExclusion::reason),
        exclusion.map(asked -> "ada"),
        exclusion.flatMap(NodeExclusion::duration).map(START::plus));
  }

  @Override
  public NodeView excludeNode(NodeExclusion asked, String by) {
    note(
        "exclude %s of %s for %s by %s: %s"
            .formatted(
                asked.node(),
                asked.cluster().orElse("the cluster"),
                asked.duration().map(Duration::toString).orElse("ever"),
                by,
                asked.reason()));
    return node(asked.node(), 1, false, Optional.of(asked));
  }

  @Override
  public NodeView readmitNode(Optional<String> cluster, String node, String by) {
    note("readmit " + node + " of " + cluster.orElse("the cluster") + " by " + by);
    return node(node, 1, false, Optional.empty());
  }

  @Override
  public RunView resume(RunId run, OptionalLong from, String by) {
    String where = from.isPresent() ? " from " + from.getAsLong() : "";
    note("resume " + run + where + " by " + by);
    return run(run.value(), "ready");
  }

  @Override
  public List<CheckpointView> checkpoints(RunId run, boolean verify) {
    note("checkpoints " + run + " verify=" + verify);
    return checkpoints(verify);
  }

  private static List<CheckpointView> checkpoints(boolean verify) {
    String root = "/ckpt/bloom-nano/attempts/";
    return List.of(
        new CheckpointView(60, 1, "complete", true, 14_680_064, 7, root + "0001/global_step60"),
        new CheckpointView(
            120,
            2,
            verify ? "corrupt: mp_rank_00_model_states.pt: the zip's end is missing" : "complete",
            !verify,
            14_680_064,
            7,
            root + "0002/global_step120"));
  }

  @Override
  public LedgerApi ledger() {
    return new FakeLedger(this::note);
  }

  @Override
  public UsageView usage(Optional<RunId> run) {
    note("usage " + run.map(RunId::value).orElse("of all"));
    return new UsageView(
        START.plusSeconds(200),
        214,
        14,
        List.of(
            new UsageView.Row(
                "bloom-nano", "demo", 1, "4100", 120, 14, "a rank was killed", "exit-record"),
            new UsageView.Row("bloom-nano", "demo", 2, "4242", 94, 0, "completed", "exit-record")));
  }
}
