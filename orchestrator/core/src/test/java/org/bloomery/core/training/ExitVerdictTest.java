package org.bloomery.core.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.ExitRecord;
import org.bloomery.core.observe.ExitRecord.Reason;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.SchedulerEnd;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Goal: one table that names the cause for each way in which an attempt can end. */
class ExitVerdictTest {
  private static final String STEP = "[default7]:" + SampleLogs.iteration(90, 100, 105, 2.1);
  private static final String LAST = "[default7]:" + SampleLogs.iteration(100, 100, 105, 2.1);
  private static final String GPU = "[default3]:  what():  CUDA error: unknown error";
  private static final String NCCL =
      "[default2]:[Rank 34] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=811) ran"
          + " for 600123 milliseconds before timing out.";
  private static final String CANCELLED =
      "slurmstepd: error: *** STEP 7.0 ON node01 CANCELLED AT 2031-05-04T08:04:21 ***";
  private static final String TIME_LIMIT =
      "slurmstepd: error: *** JOB 7 ON node01 CANCELLED AT 2031-05-04T08:05:02"
          + " DUE TO TIME LIMIT ***";
  private static final String PEER_GONE =
      "[default0]:RuntimeError: [../third_party/gloo/gloo/transport/tcp/pair.cc:598] Connection"
          + " closed by peer [127.0.0.1]:31764";
  private static final String SHARDS =
      "[default1]:The following zero checkpoints paths are missing: ['/c/bf16_zero_pp_rank_3.pt']";
  private static final String TRACEBACK =
      "[default0]:Traceback (most recent call last):\n[default0]:  File \"a.py\", line 3\n"
          + "[default0]:ValueError: unknown activation";

  /** What the verdict is to be made of. */
  private record Case(List<String> log, Optional<ExitRecord> exit, Optional<JobView> job) {
    Case with(Reason reason, int code) {
      return with(reason, code, 0, List.of());
    }

    Case with(Reason reason, int code, int signal, List<String> nodes) {
      ExitRecord exit =
          new ExitRecord(
              1,
              new RunId("r"),
              1,
              "7",
              0,
              1_900_000_000L,
              1_900_000_100L,
              code,
              signal,
              reason,
              nodes);
      return new Case(log, Optional.of(exit), job);
    }

    Case state(SchedulerEnd reason, String... nodes) {
      return state(JobEnd.of(reason), nodes);
    }

    Case state(JobEnd end, String... nodes) {
      JobView job =
          new JobView(
              new JobKey("c", "7", 1_900_000_000L),
              "r-c0ffee",
              Optional.of(1),
              JobState.ENDED,
              end.reason() == SchedulerEnd.CANCELLED ? "CANCELLED by 1000" : end.reason().name(),
              Optional.of(end),
              false,
              Optional.empty(),
              List.of(nodes),
              Optional.empty());
      return new Case(log, exit, Optional.of(job));
    }

    ExitVerdict verdict() {
      return verdict(Optional.empty());
    }

    ExitVerdict verdict(Optional<EndCause> ordered) {
      byte[] bytes = (String.join("\n", log) + "\n").getBytes(StandardCharsets.UTF_8);
      TrainingLogReader reader = new TrainingLogReader();
      List<LogRecord> records = new ArrayList<>(reader.feed(bytes, bytes.length));
      records.addAll(reader.finish());
      LogEnd end = LogEnd.NONE;
      for (LogRecord log : records) {
        end = end.after(log);
      }
      return ExitVerdict.of(
          Progress.NONE.after(records), end, new ExitVerdict.Outside(exit, job, ordered));
    }
  }

  private static Case log(String... lines) {
    return new Case(List.of(lines), Optional.empty(), Optional.empty());
  }

  private static Case killed(String host, int code) {
    List<String> lines = new ArrayList<>(List.of(STEP, PEER_GONE));
    lines.addAll(SampleLogs.rootCause(host, 5, code));
    lines.add(CANCELLED);
    return log(lines.toArray(String[]::new));
  }

  private static Map<String, Map.Entry<Case, EndCause>> table() {
    Map<String, Map.Entry<Case, EndCause>> all = new LinkedHashMap<>();
    putEndsByItself(all);
    putEndsFromOutside(all);
    putCrashes(all);
    return all;
  }

  private static void putEndsByItself(Map<String, Map.Entry<Case, EndCause>> all) {
    String done = SampleLogs.mark("after training is done");
    put(all, "done and exit 0", log(LAST, done).with(Reason.DONE, 0), EndCause.COMPLETED);
    put(all, "done by the script's last line", log(LAST, done, end(0, "done")), EndCause.COMPLETED);
    put(
        all,
        "done and COMPLETED",
        log(LAST, done).state(SchedulerEnd.COMPLETED),
        EndCause.COMPLETED);
    put(
        all,
        "nothing was left to do",
        log(SampleLogs.loaded(100, "/c"), "setting training iterations to 100", done)
            .with(Reason.DONE, 0),
        EndCause.COMPLETED);
    put(all, "done, code 1", log(LAST, done).with(Reason.FAILED, 1), EndCause.UNKNOWN);
    put(all, "done before its target", log(STEP, done).with(Reason.DONE, 0), EndCause.UNKNOWN);
    put(all, "exit 0 alone", log(LAST).with(Reason.DONE, 0), EndCause.UNKNOWN);
    put(all, "only COMPLETED", log(STEP).state(SchedulerEnd.COMPLETED), EndCause.UNKNOWN);
    put(
        all,
        "duration",
        log(STEP, SampleLogs.mark("exiting program after 1190.1 minutes")).with(Reason.DONE, 0),
        EndCause.PLANNED_EXIT);
    put(
        all,
        "interval",
        log(STEP, SampleLogs.mark("exiting program at iteration 90")),
        EndCause.PLANNED_EXIT);
    put(
        all,
        "duration after a silent loss of shards",
        log(SHARDS, STEP, STEP, STEP, SampleLogs.mark("exiting program after 9.1 minutes")),
        EndCause.CHECKPOINT_DAMAGED);
    put(
        all,
        "kill switch",
        log(STEP, SampleLogs.mark("Detected kill switch at /k. Exiting")),
        EndCause.STOPPED);
    put(all, "kill switch by the script", log(STEP).with(Reason.KILL_SWITCH, 0), EndCause.STOPPED);
    put(
        all,
        "kill switch of the script itself, near the time limit",
        log(STEP, SampleLogs.mark("Detected kill switch at /run/kill-switch. Exiting"))
            .with(Reason.TIME_LIMIT, 0),
        EndCause.TIME_LIMIT);
    put(all, "time limit", log(STEP, TIME_LIMIT, PEER_GONE), EndCause.TIME_LIMIT);
    put(
        all,
        "time limit by its state",
        log(STEP).state(SchedulerEnd.TIME_LIMIT),
        EndCause.TIME_LIMIT);
    put(
        all,
        "time limit by the script",
        log(STEP).with(Reason.TIME_LIMIT, 143),
        EndCause.TIME_LIMIT);
    put(all, "cancelled", log(STEP, CANCELLED, TRACEBACK), EndCause.CANCELLED);
    put(all, "cancelled by its state", log(STEP).state(SchedulerEnd.CANCELLED), EndCause.CANCELLED);
    put(
        all,
        "terminated",
        log(STEP).with(Reason.TERMINATED, 143, 15, List.of()),
        EndCause.CANCELLED);
    put(all, "preempted", log(STEP).state(SchedulerEnd.PREEMPTED), EndCause.PREEMPTED);
    put(
        all,
        "requeued by an administrator, which also terminates the script",
        log(STEP).with(Reason.TERMINATED, 143).state(SchedulerEnd.REQUEUED),
        EndCause.PREEMPTED);
    put(all, "deadline", log(STEP).state(SchedulerEnd.DEADLINE), EndCause.TIME_LIMIT);
    put(all, "left squeue", log(STEP).state(SchedulerEnd.UNKNOWN), EndCause.UNKNOWN);
  }

  private static void putEndsFromOutside(Map<String, Map.Entry<Case, EndCause>> all) {
    put(
        all,
        "preempted by the log",
        log(STEP, TIME_LIMIT.replace("TIME LIMIT", "PREEMPTION")),
        EndCause.PREEMPTED);
    put(all, "node failure", log(STEP, NCCL).state(SchedulerEnd.NODE_FAIL), EndCause.NODE_FAILURE);
    put(all, "no boot", log().state(SchedulerEnd.BOOT_FAIL), EndCause.NODE_FAILURE);
    put(
        all,
        "node failure in the log",
        log(NCCL, "srun: error: Node failure on n17"),
        EndCause.NODE_FAILURE);
    put(all, "GPU fault", log(STEP, GPU, NCCL, CANCELLED), EndCause.GPU_FAULT);
    put(all, "GPU fault said late", log(STEP, NCCL, CANCELLED, GPU), EndCause.GPU_FAULT);
    put(
        all,
        "ECC",
        log("[default1]:RuntimeError: CUDA error: uncorrectable ECC error encountered"),
        EndCause.GPU_FAULT);
    put(all, "collective", log(STEP, NCCL, CANCELLED), EndCause.COMMUNICATION_FAULT);
    put(
        all,
        "GPU memory",
        log("[default5]:RuntimeError: CUDA out of memory. Tried to allocate 304.00 MiB"),
        EndCause.GPU_OUT_OF_MEMORY);
    put(
        all,
        "GPU memory at a barrier",
        log("RuntimeError: CUDA error: out of memory"),
        EndCause.GPU_OUT_OF_MEMORY);
    put(
        all,
        "host memory",
        log(STEP, "slurmstepd: error: Detected 1 oom_kill event in StepId=7.0. Some of the step"),
        EndCause.HOST_OUT_OF_MEMORY);
    put(
        all,
        "host memory by its state",
        killed("n1", -9).state(SchedulerEnd.OUT_OF_MEMORY),
        EndCause.HOST_OUT_OF_MEMORY);
    put(
        all,
        "shared memory",
        log(
            "ERROR: Unexpected bus error encountered in worker. This might be caused by"
                + " insufficient shared memory (shm)."),
        EndCause.HOST_OUT_OF_MEMORY);
    put(all, "rank killed", killed("node17-ib0", -9).with(Reason.FAILED, 1), EndCause.RANK_KILLED);
    put(
        all,
        "trainer killed",
        log(STEP).with(Reason.FAILED, 137, 9, List.of()),
        EndCause.RANK_KILLED);
    put(all, "disk", log(STEP, "OSError: [Errno 28] No space left on device"), EndCause.DISK_FULL);
  }

  private static void putCrashes(Map<String, Map.Entry<Case, EndCause>> all) {
    put(
        all,
        "quota",
        log(STEP, "OSError: [Errno 122] Disk quota exceeded: '/c'"),
        EndCause.DISK_FULL);
    put(
        all,
        "zip",
        log(
            "RuntimeError: PytorchStreamReader failed reading zip archive: failed"
                + " finding central directory"),
        EndCause.CHECKPOINT_DAMAGED);
    put(
        all,
        "stray or missing model file",
        log("AssertionError: checkpoint count 47 is different from saved mp_world_size 48"),
        EndCause.CHECKPOINT_DAMAGED);
    put(
        all,
        "absent tag",
        log("    assert len(self.ckpt_list) > 0", "AssertionError"),
        EndCause.CHECKPOINT_DAMAGED);
    put(
        all,
        "other data-parallel size",
        log("deepspeed.runtime.ZeRORuntimeException: The checkpoint"),
        EndCause.CHECKPOINT_DAMAGED);
    put(
        all,
        "shards missing",
        log(SHARDS, STEP, STEP, STEP).state(SchedulerEnd.TIME_LIMIT),
        EndCause.CHECKPOINT_DAMAGED);
    put(all, "user code", log(STEP, TRACEBACK, PEER_GONE, CANCELLED), EndCause.USER_CODE);
    put(
        all,
        "changed schedule",
        log(
            "AssertionError: AnnealingLR: class input value 1 and checkpointvalue 2"
                + " for x do not match"),
        EndCause.USER_CODE);
    put(
        all,
        "survived error",
        log(TRACEBACK, STEP, STEP, STEP).state(SchedulerEnd.TIME_LIMIT),
        EndCause.TIME_LIMIT);
    put(all, "fenced", log().with(Reason.FENCED, 78), EndCause.FENCED);
    put(all, "not bound", log().with(Reason.NOT_BOUND, 79), EndCause.NOT_BOUND);
    put(all, "preflight", log().with(Reason.PREFLIGHT, 1, 0, List.of("n3")), EndCause.PREFLIGHT);
    put(all, "nothing at all", log(), EndCause.UNKNOWN);
    put(all, "exit code without a word", log(STEP).with(Reason.FAILED, 1), EndCause.UNKNOWN);
  }

  private static void put(
      Map<String, Map.Entry<Case, EndCause>> all, String name, Case given, EndCause expected) {
    all.put(name, Map.entry(given, expected));
  }

  private static String end(int code, String reason) {
    return "BLOOMERY end run=r attempt=1 job=7 exit=" + code + " reason=" + reason;
  }

  @TestFactory
  List<DynamicTest> eachEndHasItsCause() {
    List<DynamicTest> tests = new ArrayList<>();
    table()
        .forEach(
            (name, row) ->
                tests.add(
                    DynamicTest.dynamicTest(
                        name,
                        () -> {
                          ExitVerdict verdict = row.getKey().verdict();
                          assertThat(verdict.cause()).as("%s", verdict).isEqualTo(row.getValue());
                          assertThat(verdict.evidence()).isNotEmpty().hasSizeLessThanOrEqualTo(8);
                        })));
    return tests;
  }

  @Test
  void everyCauseThatALogCanTellIsInTheTable() {
    // The other two are judged elsewhere: by the first iteration, and by the control plane's clock.
    assertThat(table().values().stream().map(Map.Entry::getValue).distinct().toList())
        .containsAll(
            java.util.Arrays.stream(EndCause.values())
                .filter(cause -> cause != EndCause.WRONG_START && cause != EndCause.HANG)
                .toList());
  }

  @Test
  void blamesTheNodeOfAGpuFaultThatItsLauncherNames() {
    List<String> lines = new ArrayList<>(List.of(STEP, GPU, NCCL));
    lines.addAll(SampleLogs.rootCause("node17-ib0", 131, -6));
    ExitVerdict verdict = log(lines.toArray(String[]::new)).verdict();
    assertThat(verdict.badNodes()).containsExactly("node17");
    assertThat(verdict.evidence()).first().asString().contains("CUDA error: unknown error");
  }

  @Test
  void aKilledRankNamesItsHostButDoesNotBlameIt() {
    ExitVerdict verdict = killed("node17-ib0", -9).verdict();
    assertThat(verdict.evidence()).first().asString().contains("rank 5 on node17");
    assertThat(verdict.badNodes()).isEmpty();
  }

  @Test
  void preflightNamesTheNodesOfTheExitRecord() {
    assertThat(log().with(Reason.PREFLIGHT, 1, 0, List.of("n3")).verdict().badNodes())
        .containsExactly("n3");
  }

  @Test
  void aNodeIsBlamedUnderTheNameThatTheResourceManagerHasForIt() {
    JobEnd lost = new JobEnd(SchedulerEnd.NODE_FAIL, List.of("n2"));
    assertThat(log(STEP).state(lost, "n1", "n2").verdict().badNodes()).containsExactly("n2");

    Case named = log().with(Reason.PREFLIGHT, 1, 0, List.of("n3.cluster.example", "elsewhere"));
    assertThat(named.state(SchedulerEnd.FAILED, "n1", "n3").verdict().badNodes())
        .containsExactly("n3");
  }

  /** A black hole fails one job after the other before it writes a line. */
  @Test
  void whereAJobRanOnOneNodeOnlyItNeedsNoName() {
    assertThat(log().state(SchedulerEnd.FAILED, "n7").verdict().badNodes()).containsExactly("n7");
    assertThat(log(STEP).state(SchedulerEnd.NODE_FAIL, "n7").verdict().badNodes())
        .containsExactly("n7");
    assertThat(log(STEP).state(SchedulerEnd.FAILED, "n7").verdict().badNodes()).isEmpty();
    assertThat(log().state(SchedulerEnd.FAILED, "n7", "n8").verdict().badNodes()).isEmpty();
    assertThat(log().state(SchedulerEnd.UNKNOWN, "n7").verdict().badNodes()).isEmpty();
  }

  @Test
  void whatTheControlPlaneEndedIsJudgedByItsReasonUnlessSomethingBrokeBefore() {
    assertThat(log(STEP, CANCELLED).verdict(Optional.of(EndCause.HANG)).cause())
        .isEqualTo(EndCause.HANG);
    assertThat(log(STEP, GPU, CANCELLED).verdict(Optional.of(EndCause.HANG)).cause())
        .isEqualTo(EndCause.GPU_FAULT);
    assertThat(killed("n1", -15).verdict(Optional.of(EndCause.CANCELLED)).cause())
        .isEqualTo(EndCause.CANCELLED);
  }

  @Test
  void withoutALogItSaysWhatWasLookedFor() {
    assertThat(log().verdict().evidence()).first().asString().contains("looked for");
  }
}
