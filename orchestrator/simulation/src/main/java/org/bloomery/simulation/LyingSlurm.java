package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.bloomery.controlplane.process.CommandRunner;

/**
 * Stands between the control plane and a SLURM, simulated or real, at the boundary where commands
 * are run: passes them on, and lies about them now and then. What it does follows from its seed and
 * from what it is asked, so that every story can be told again.
 */
public final class LyingSlurm implements CommandRunner {
  private static final int REMEMBERED = 8;

  /** The share of commands that a lie is told about, at most. */
  private static final double RATE_MAX = 0.25;

  private final CommandRunner truth;
  private final InstantSource time;
  private final SplittableRandom chance;
  private final Map<Lie, Double> rates;
  private final Duration laterMax;
  private final Map<Lie, Integer> told = new EnumMap<>(Lie.class);
  private final Map<String, Deque<Result>> earlier = new HashMap<>();
  private final List<Delayed> delayed = new ArrayList<>();
  private boolean honest;
  private Instant lastHidden = Instant.EPOCH;

  private record Delayed(Instant at, Command command) {}

  /**
   * A liar.
   *
   * @param rates how large a share of the commands each lie is told about that concerns them
   * @param laterMax the longest that a command is delayed
   */
  public LyingSlurm(
      CommandRunner truth,
      InstantSource time,
      SplittableRandom chance,
      Map<Lie, Double> rates,
      Duration laterMax) {
    this.truth = truth;
    this.time = time;
    this.chance = chance;
    this.rates = new EnumMap<>(rates);
    this.laterMax = laterMax;
  }

  /** Habits by a seed: some lies, each with a frequency of its own. */
  public static Map<Lie, Double> habits(SplittableRandom chance) {
    Map<Lie, Double> rates = new EnumMap<>(Lie.class);
    for (Lie lie : Lie.values()) {
      if (chance.nextBoolean()) {
        rates.put(lie, chance.nextDouble() * RATE_MAX);
      }
    }
    return rates;
  }

  /** From now on everything is true; what was delayed still happens. */
  public synchronized void beHonest() {
    honest = true;
  }

  /**
   * When it has last hidden something in an answer that looks true; who believed it cannot know.
   */
  synchronized Instant lastHidden() {
    return lastHidden;
  }

  /** How often each lie was told. */
  public synchronized Map<Lie, Integer> told() {
    return new EnumMap<>(told);
  }

  @Override
  public Result run(Command command) throws InterruptedException {
    for (Command late : due()) {
      truth.run(late);
    }
    String program = program(command);
    Optional<Lie> lie = lieAbout(program);
    return lie.isPresent()
        ? tell(lie.get(), command, program)
        : remember(command, truth.run(command));
  }

  /** The command itself, also where it is run through {@code ssh}. */
  private static String program(Command command) {
    List<String> words = List.of("sbatch", "squeue", "sacct", "scontrol", "scancel");
    if (words.contains(command.argv().get(0))) {
      return command.argv().get(0);
    }
    String all = String.join(" ", command.argv());
    return words.stream()
        .filter(word -> all.matches("(?s)(?:.*[ /])?" + word + "(?: .*)?"))
        .findFirst()
        .orElse(command.argv().get(0));
  }

  /** What was delayed until now. */
  private synchronized List<Command> due() {
    List<Delayed> due =
        delayed.stream().filter(late -> !time.instant().isBefore(late.at())).toList();
    delayed.removeAll(due);
    return due.stream().map(Delayed::command).toList();
  }

  private synchronized Optional<Lie> lieAbout(String program) {
    if (honest) {
      return Optional.empty();
    }
    Optional<Lie> chosen = Optional.empty();
    for (Map.Entry<Lie, Double> habit : rates.entrySet()) {
      // Drawn for each, so that one lie more or less does not change all that follows.
      boolean tempted = chance.nextDouble() < habit.getValue();
      if (tempted && chosen.isEmpty() && habit.getKey().concerns(program)) {
        chosen = Optional.of(habit.getKey());
      }
    }
    chosen.ifPresent(lie -> told.merge(lie, 1, Integer::sum));
    if (chosen.filter(lie -> lie == Lie.STALE || lie == Lie.NO_ROWS).isPresent()) {
      lastHidden = time.instant();
    }
    return chosen;
  }

  private Result tell(Lie lie, Command command, String program) throws InterruptedException {
    return switch (lie) {
      case LOST_ON_THE_WAY -> new Result.TimedOut(command.timeout(), "", "");
      case ANSWER_LOST -> {
        truth.run(command);
        yield new Result.TimedOut(command.timeout(), "", "");
      }
      case TIMED_OUT_UNDONE -> failed(timedOut(program));
      case TIMED_OUT_DONE -> {
        truth.run(command);
        yield failed(timedOut(program));
      }
      case TIMED_OUT_DONE_LATER -> {
        delay(command);
        yield failed(timedOut(program));
      }
      case DONE_TWICE -> {
        truth.run(command);
        yield truth.run(command);
      }
      case CONTROLLER_DOWN ->
          failed("slurm_load_jobs error: Unable to contact slurm controller (connect failure)");
      case DATABASE_DOWN ->
          failed("sacct: error: Problem talking to the database: Connection refused");
      case WITHOUT_ID -> {
        truth.run(command);
        yield new Result.Finished(0, "\n", "", false);
      }
      case NOT_STARTED -> new Result.NotStarted(program + ": there is no such program in PATH=");
      case STALE -> stale(command);
      case SILENT -> new Result.Finished(0, "", "", false);
      case NO_ROWS, CUT, TOO_LONG, GARBAGE, BANNER, STRANGE_STATE ->
          distorted(lie, remember(command, truth.run(command)));
    };
  }

  private synchronized void delay(Command command) {
    long millis = chance.nextLong(laterMax.toMillis());
    delayed.add(new Delayed(time.instant().plusMillis(millis), command));
  }

  private synchronized Result distorted(Lie lie, Result result) {
    if (!(result instanceof Result.Finished done) || done.output().isEmpty()) {
      return result;
    }
    List<String> lines = new ArrayList<>(done.output().lines().toList());
    String text = done.output();
    return switch (lie) {
      case NO_ROWS -> with(done, lines.get(0) + "\n");
      case CUT -> with(done, cut(text));
      case TOO_LONG -> new Result.Finished(done.exitCode(), text, done.errors(), true);
      case BANNER -> with(done, "*** The machine will be serviced on Tuesday. ***\n" + text);
      case GARBAGE -> {
        lines.add(1 + chance.nextInt(lines.size()), "slurm: ~~\u0000 17|?");
        yield with(done, String.join("\n", lines) + "\n");
      }
      case STRANGE_STATE ->
          with(done, text.replaceAll("\\|(RUNNING|PENDING|COMPLETED|CANCELLED)", "|HIBERNATING"));
      case LOST_ON_THE_WAY,
          ANSWER_LOST,
          TIMED_OUT_UNDONE,
          TIMED_OUT_DONE,
          TIMED_OUT_DONE_LATER,
          DONE_TWICE,
          CONTROLLER_DOWN,
          DATABASE_DOWN,
          WITHOUT_ID,
          NOT_STARTED,
          STALE,
          SILENT ->
          throw new IllegalStateException("no distortion of an answer: " + lie);
    };
  }

  /** In the middle of a line: only whole lines would be an answer that looks whole. */
  private String cut(String text) {
    int end = chance.nextInt(text.length());
    while (end > 0 && (text.charAt(end) == '\n' || text.charAt(end - 1) == '\n')) {
      end--;
    }
    return text.substring(0, end);
  }

  private static Result with(Result.Finished done, String output) {
    return new Result.Finished(done.exitCode(), output, done.errors(), done.truncated());
  }

  private Result stale(Command command) throws InterruptedException {
    Optional<Result> past = earlier(command);
    return past.isPresent() ? past.get() : remember(command, truth.run(command));
  }

  private synchronized Optional<Result> earlier(Command command) {
    List<Result> past = List.copyOf(earlier.getOrDefault(question(command), new ArrayDeque<>()));
    return past.isEmpty() ? Optional.empty() : Optional.of(past.get(chance.nextInt(past.size())));
  }

  private synchronized Result remember(Command command, Result result) {
    Deque<Result> past = earlier.computeIfAbsent(question(command), question -> new ArrayDeque<>());
    past.addLast(result);
    if (past.size() > REMEMBERED) {
      past.removeFirst();
    }
    return result;
  }

  /** What was asked, whenever. */
  private static String question(Command command) {
    return command.argv().stream()
        .filter(word -> !word.startsWith("--starttime=") && !word.startsWith("--endtime="))
        .collect(Collectors.joining(" "));
  }

  private static String timedOut(String program) {
    return program.equals("sbatch")
        ? "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"
        : "slurm_load_jobs error: Socket timed out on send/recv operation";
  }

  private static Result failed(String errors) {
    return new Result.Finished(1, "", errors + "\n", false);
  }
}
