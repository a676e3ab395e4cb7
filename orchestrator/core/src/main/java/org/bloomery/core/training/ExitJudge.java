package org.bloomery.core.training;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bloomery.core.observe.EndCause;
import org.bloomery.core.observe.ExitRecord.Reason;
import org.bloomery.core.observe.JobEnd;
import org.bloomery.core.observe.JobView;
import org.bloomery.core.observe.SchedulerEnd;
import org.bloomery.core.training.ExitVerdict.Outside;
import org.bloomery.core.training.Progress.Leaving;

/** Weighs what is known of one end; see {@link ExitVerdict#of}. */
final class ExitJudge {
  private static final int EVIDENCE_MAX = 8;
  private static final int SIGKILL = 9;

  private final Progress progress;
  private final LogEnd log;
  private final Outside outside;
  private final Optional<ScriptEnd> script;
  private final JobEnd end;
  private final String jobState;

  ExitJudge(Progress progress, LogEnd log, Outside outside) {
    this.progress = progress;
    this.log = log;
    this.outside = outside;
    this.script = ScriptEnd.of(outside, log);
    this.end = outside.job().flatMap(JobView::end).orElse(JobEnd.of(SchedulerEnd.UNKNOWN));
    this.jobState = outside.job().map(JobView::detail).orElse("");
  }

  /** The questions in their order; the first that has an answer decides. */
  ExitVerdict verdict() {
    List<Supplier<Optional<ExitVerdict>>> questions =
        List.of(
            this::didItNotStart,
            this::didItComplete,
            this::didItLeaveByItself,
            this::didTheResourceManagerTakeIt,
            this::didSomethingBreak,
            this::didTheControlPlaneEndIt,
            this::wasItEndedFromOutside,
            this::didAProcessFail);
    for (Supplier<Optional<ExitVerdict>> question : questions) {
      Optional<ExitVerdict> answer = question.get();
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    return unknown();
  }

  private Optional<ExitVerdict> didItNotStart() {
    if (script.isEmpty()) {
      return Optional.empty();
    }
    return switch (script.get().reason()) {
      case FENCED -> answer(EndCause.FENCED);
      case NOT_BOUND -> answer(EndCause.NOT_BOUND);
      case PREFLIGHT -> answer(EndCause.PREFLIGHT);
      case DONE, FAILED, KILL_SWITCH, TIME_LIMIT, TERMINATED, UNRECOGNISED -> Optional.empty();
    };
  }

  private Optional<ExitVerdict> didItComplete() {
    boolean zero =
        script.map(s -> s.exitCode() == 0).orElse(end.reason() == SchedulerEnd.COMPLETED);
    boolean complete = zero && left(Leaving.DONE) && reachedTarget();
    return complete
        ? answer(EndCause.COMPLETED, "the trainer said that training is done", iterations())
        : Optional.empty();
  }

  /**
   * A training that went on without part of its optimizer state must not go on from its own saves
   * unnoticed, however calmly it left.
   */
  private Optional<ExitVerdict> didItLeaveByItself() {
    boolean tainted = first(EndCause.CHECKPOINT_DAMAGED).isPresent();
    if (isReason(ScriptEnd.Word.TIME_LIMIT) && left(Leaving.KILL_SWITCH)) {
      return answer(EndCause.TIME_LIMIT, "the script made the trainer save before the limit");
    }
    if (left(Leaving.KILL_SWITCH) || isReason(ScriptEnd.Word.KILL_SWITCH)) {
      return answer(EndCause.STOPPED, "the trainer or its script saw the kill switch");
    }
    if (left(Leaving.EXIT_DURATION) && !tainted) {
      return answer(EndCause.PLANNED_EXIT, "the trainer left when its time was over", iterations());
    }
    if (left(Leaving.EXIT_INTERVAL) && !tainted) {
      return answer(EndCause.PLANNED_EXIT, "the trainer left at a planned iteration", iterations());
    }
    return Optional.empty();
  }

  private Optional<ExitVerdict> didTheResourceManagerTakeIt() {
    return switch (end.reason()) {
      case NODE_FAIL, BOOT_FAIL -> answer(EndCause.NODE_FAILURE);
      // Who requeues a job wants its nodes, too; the training goes on in the next attempt.
      case PREEMPTED, REQUEUED -> answer(EndCause.PREEMPTED);
      case OUT_OF_MEMORY -> answer(EndCause.HOST_OUT_OF_MEMORY);
      case COMPLETED, FAILED, TIME_LIMIT, CANCELLED, DEADLINE, UNKNOWN -> Optional.empty();
    };
  }

  /** Errors that are causes wherever they stand among their consequences. */
  private Optional<ExitVerdict> didSomethingBreak() {
    return relevantErrors().stream()
        .filter(error -> weight(error.cause()) == Weight.CAUSE)
        .findFirst()
        .map(this::blame);
  }

  private Optional<ExitVerdict> didTheControlPlaneEndIt() {
    return outside
        .ordered()
        .flatMap(cause -> answer(cause, "the control plane ended it: " + cause.words()));
  }

  private Optional<ExitVerdict> wasItEndedFromOutside() {
    if (isReason(ScriptEnd.Word.TIME_LIMIT)
        || end.reason() == SchedulerEnd.TIME_LIMIT
        || end.reason() == SchedulerEnd.DEADLINE) {
      return answer(EndCause.TIME_LIMIT);
    }
    boolean cancelled =
        isReason(ScriptEnd.Word.TERMINATED) || end.reason() == SchedulerEnd.CANCELLED;
    return cancelled ? answer(EndCause.CANCELLED) : Optional.empty();
  }

  private Optional<ExitVerdict> didAProcessFail() {
    List<ErrorSignature> errors = relevantErrors();
    for (Weight weight : List.of(Weight.KILL, Weight.CODE, Weight.CASCADE, Weight.MARK)) {
      Optional<ErrorSignature> first =
          errors.stream().filter(error -> weight(error.cause()) == weight).findFirst();
      if (first.isPresent()) {
        return first.map(this::blame);
      }
    }
    boolean killed =
        script.map(s -> s.signal() == SIGKILL || s.exitCode() == 128 + SIGKILL).orElse(false);
    return killed ? answer(EndCause.RANK_KILLED) : Optional.empty();
  }

  private ExitVerdict unknown() {
    List<String> evidence = new ArrayList<>();
    if (log.records() == 0) {
      evidence.add("no record in the log: looked for training, save, exit and error lines");
    } else if (left(Leaving.DONE)) {
      evidence.add(
          reachedTarget()
              ? "the trainer said that training is done, but nothing says that it exited with 0"
              : "the trainer said that training is done, but not at its last iteration");
      evidence.add(iterations());
    } else {
      evidence.add("no exit and no error in the log");
      evidence.add(iterations());
    }
    if (script.isEmpty()) {
      evidence.add("no exit record");
    }
    if (jobState.isEmpty()) {
      evidence.add("no word from the resource manager");
    }
    progress.errors().stream().findFirst().map(ErrorSignature::line).ifPresent(evidence::add);
    return finished(EndCause.UNKNOWN, evidence, List.of());
  }

  /** How much an error explains; compare {@link #didAProcessFail}. */
  private enum Weight {
    /** Explains everything else that goes wrong at the same time. */
    CAUSE,
    /** Somebody's signal. */
    KILL,
    /** An exception in Python: the first of them explains the others. */
    CODE,
    /** What ranks say when another rank is gone. */
    CASCADE,
    /** The scheduler ends a step also when one of its tasks has failed. */
    MARK,
    /** Says nothing of why. */
    NOTHING
  }

  private static Weight weight(EndCause cause) {
    return switch (cause) {
      case TIME_LIMIT, PREEMPTED, NODE_FAILURE, GPU_FAULT, GPU_OUT_OF_MEMORY -> Weight.CAUSE;
      case HOST_OUT_OF_MEMORY, DISK_FULL, CHECKPOINT_DAMAGED -> Weight.CAUSE;
      case RANK_KILLED -> Weight.KILL;
      case USER_CODE -> Weight.CODE;
      case COMMUNICATION_FAULT -> Weight.CASCADE;
      case CANCELLED -> Weight.MARK;
      case COMPLETED, PLANNED_EXIT, STOPPED, WRONG_START, HANG -> Weight.NOTHING;
      case PREFLIGHT, FENCED, NOT_BOUND, UNKNOWN -> Weight.NOTHING;
    };
  }

  /** After the scheduler's cancel, whatever is no cause by itself is its consequence. */
  private List<ErrorSignature> relevantErrors() {
    List<ErrorSignature> relevant = new ArrayList<>();
    boolean cancelled = false;
    for (ErrorSignature error : progress.errors()) {
      if (!cancelled || weight(error.cause()) == Weight.CAUSE) {
        relevant.add(error);
      }
      cancelled |= error.cause() == EndCause.CANCELLED;
    }
    return relevant;
  }

  private ExitVerdict blame(ErrorSignature error) {
    List<String> evidence = new ArrayList<>();
    evidence.add(error.line());
    // Few errors name their host, but the launcher names the host of the rank that failed first.
    Optional<String> node = error.node();
    for (ErrorSignature other : progress.errors()) {
      if (node.isEmpty() && other.node().isPresent()) {
        node = other.node();
        evidence.add(other.line());
      }
    }
    List<String> bad = isTheNodes(error.cause()) ? node.stream().toList() : List.of();
    return finished(error.cause(), evidence, bad);
  }

  private Optional<ErrorSignature> first(EndCause cause) {
    return progress.errors().stream().filter(error -> error.cause() == cause).findFirst();
  }

  private Optional<ExitVerdict> answer(EndCause cause, String... evidence) {
    List<String> lines = new ArrayList<>(List.of(evidence));
    Optional<ErrorSignature> same = first(cause);
    same.map(ErrorSignature::line).ifPresent(lines::add);
    first(EndCause.CHECKPOINT_DAMAGED).map(ErrorSignature::line).ifPresent(lines::add);
    boolean nodeLost = cause == EndCause.NODE_FAILURE;
    Optional<String> node = nodeLost ? same.flatMap(ErrorSignature::node) : Optional.empty();
    return Optional.of(finished(cause, lines, node.stream().toList()));
  }

  private ExitVerdict finished(EndCause cause, List<String> lines, List<String> nodes) {
    Set<String> evidence = new LinkedHashSet<>(lines);
    script.map(ScriptEnd::words).ifPresent(evidence::add);
    if (!jobState.isEmpty()) {
      evidence.add("job state " + EvidenceText.of(jobState));
    }
    log.fromScratch().ifPresent(evidence::add);
    Set<String> bad = new LinkedHashSet<>(nodes);
    outside.exit().ifPresent(exit -> bad.addAll(exit.badNodes()));
    bad.addAll(end.failedNodes());
    return new ExitVerdict(
        cause, evidence.stream().limit(EVIDENCE_MAX).toList(), blamed(cause, List.copyOf(bad)));
  }

  /**
   * The nodes to blame, as the resource manager names them: what the job did not run on is a
   * mistake of whoever wrote the line. Where it ran on one node only, nobody needs to name it.
   */
  private List<String> blamed(EndCause cause, List<String> named) {
    List<String> own = outside.job().map(JobView::nodes).orElse(List.of());
    if (own.isEmpty()) {
      return named;
    }
    boolean alone = own.size() == 1 && (isTheNodes(cause) || leftNoTrace(cause));
    return own.stream()
        .filter(node -> alone || named.stream().anyMatch(name -> host(name).equals(host(node))))
        .toList();
  }

  private static boolean isTheNodes(EndCause cause) {
    return cause == EndCause.GPU_FAULT
        || cause == EndCause.NODE_FAILURE
        || cause == EndCause.PREFLIGHT;
  }

  /** A node that fails every job before it writes a line will get the next one, too. */
  private boolean leftNoTrace(EndCause cause) {
    return cause == EndCause.UNKNOWN && log.records() == 0 && end.reason() == SchedulerEnd.FAILED;
  }

  private static String host(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private boolean left(Leaving how) {
    return progress.leaving().equals(Optional.of(how));
  }

  private boolean isReason(ScriptEnd.Word word) {
    return script.map(s -> s.reason() == word).orElse(false);
  }

  private boolean reachedTarget() {
    return progress.reached().isPresent()
        && progress.targetIteration().isPresent()
        && progress.reached().getAsLong() >= progress.targetIteration().getAsLong();
  }

  private String iterations() {
    String last =
        progress.reached().isPresent()
            ? "iteration " + progress.reached().getAsLong()
            : "no iteration";
    return progress.targetIteration().isPresent()
        ? last + " of " + progress.targetIteration().getAsLong()
        : last;
  }

  /** The job script's word on its end: its exit record, or else its last line in the log. */
  private record ScriptEnd(Word reason, int exitCode, int signal, String words) {
    /** The reasons of {@link Reason}, and what is none of them. */
    private enum Word {
      DONE,
      FAILED,
      FENCED,
      NOT_BOUND,
      PREFLIGHT,
      KILL_SWITCH,
      TIME_LIMIT,
      TERMINATED,
      UNRECOGNISED
    }

    static Optional<ScriptEnd> of(Outside outside, LogEnd log) {
      if (outside.exit().isPresent()) {
        var exit = outside.exit().get();
        String signal = exit.signal() == 0 ? "" : ", signal " + exit.signal();
        String words =
            "exit record: " + exit.reason().text() + ", exit code " + exit.exitCode() + signal;
        return Optional.of(
            new ScriptEnd(word(exit.reason().text()), exit.exitCode(), exit.signal(), words));
      }
      return log.ended()
          .map(
              end ->
                  new ScriptEnd(
                      word(end.reason()),
                      end.exitCode(),
                      0,
                      "the script's last line: exit="
                          + end.exitCode()
                          + " reason="
                          + end.reason()));
    }

    private static Word word(String text) {
      for (Reason reason : Reason.values()) {
        if (reason.text().equals(text)) {
          return Word.valueOf(reason.name());
        }
      }
      return Word.UNRECOGNISED;
    }
  }
}
