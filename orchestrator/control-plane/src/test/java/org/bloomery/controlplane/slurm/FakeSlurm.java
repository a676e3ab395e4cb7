package org.bloomery.controlplane.slurm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bloomery.controlplane.process.CommandRunner;

/**
 * A SLURM in memory and in virtual time, at the boundary where its commands are run: it takes their
 * arguments and prints what a SLURM 22.05 prints, with its habits (a finished job leaves the queue
 * after MinJobAge, accounting lags behind and shows stubs, ids of requeued jobs stay).
 */
public final class FakeSlurm implements CommandRunner {
  public static final String USER = "ada";
  static final Duration MIN_JOB_AGE = Duration.ofMinutes(5);

  /** How long accounting shows a stub instead of a new job's row. */
  private static final Duration STUB = Duration.ofSeconds(3);

  private static final String DOWN =
      "slurm_load_jobs error: Unable to contact slurm controller (connect failure)";
  private static final String DATABASE_DOWN =
      "sacct: error: Problem talking to the database: Connection refused";

  private final List<FakeJob> jobs = new ArrayList<>();

  /** Incarnations that a requeue has ended, as accounting keeps them. */
  private final List<FakeJob> requeued = new ArrayList<>();

  private final Map<String, Integer> calls = new TreeMap<>();
  private Instant now;
  private int nextId = 1000;
  private boolean controllerDown;
  private boolean accountingDown;
  private boolean accountingOff;
  private boolean ignoresCancels;
  private final Map<String, Instant> lostNodes = new TreeMap<>();
  private final Set<FakeJob> hidden = new HashSet<>();
  private List<String> lastCommand = List.of();
  private Duration accountingLag = Duration.ZERO;

  public FakeSlurm(Instant start) {
    now = start;
  }

  public Instant now() {
    return now;
  }

  /** Time goes by: jobs start, live and end. */
  public void advance(Duration time) {
    for (long second = 0; second < Math.min(time.toSeconds(), 5); second++) {
      now = now.plusSeconds(1);
      tick();
    }
    now = now.plus(time.minusSeconds(Math.min(time.toSeconds(), 5)));
    tick();
  }

  private void tick() {
    for (FakeJob job : List.copyOf(jobs)) {
      if (job.runs()) {
        job.live(now);
      } else if (job.isQueued() && !job.held) {
        if (isReady(job)) {
          job.start(now);
        } else {
          job.reason = "Dependency";
        }
      }
    }
  }

  /** {@code afterany} waits for the last process; singleton, as in SLURM, does not. */
  private boolean isReady(FakeJob job) {
    for (String dependency : job.dependencies) {
      boolean blocked =
          dependency.equals("singleton")
              ? jobs.stream().anyMatch(other -> isEarlierTwin(other, job))
              : find(dependency.substring(dependency.indexOf(':') + 1))
                  .filter(other -> !other.isOver() || other.gone.filter(now::isBefore).isPresent())
                  .isPresent();
      if (blocked) {
        return false;
      }
    }
    return true;
  }

  private static boolean isEarlierTwin(FakeJob other, FakeJob job) {
    return !other.isOver()
        && other.name.equals(job.name)
        && other.user.equals(job.user)
        && Integer.parseInt(other.id) < Integer.parseInt(job.id);
  }

  /** The job of this id, if the controller remembers one. */
  Optional<FakeJob> find(String id) {
    return jobs.stream().filter(job -> job.id.equals(id)).filter(this::isRemembered).findFirst();
  }

  /**
   * How it really is with a job.
   *
   * @param waitsOrRuns whether its script may still do something
   */
  public record Truth(
      String jobId,
      String user,
      String name,
      Path directory,
      Instant submit,
      boolean waitsOrRuns,
      Optional<Instant> start,
      Optional<Instant> end) {}

  /** How it really is with all jobs, also those that everybody has forgotten. */
  public List<Truth> truth() {
    return jobs.stream()
        .map(
            job ->
                new Truth(
                    job.id,
                    job.user,
                    job.name,
                    job.directory,
                    job.submit,
                    !job.isOver(),
                    job.start,
                    job.end))
        .toList();
  }

  List<FakeJob> jobs() {
    return jobs;
  }

  private boolean isRemembered(FakeJob job) {
    return !hidden.contains(job)
        && job.end.map(end -> now.isBefore(end.plus(MIN_JOB_AGE))).orElse(true);
  }

  /** A job of which the queue shows nothing for a while, as a stale answer does. */
  void hide(FakeJob job, boolean hide) {
    if (hide) {
      hidden.add(job);
    } else {
      hidden.remove(job);
    }
  }

  /** A node stops to respond; what runs there is the caller's to end. */
  void loseNode(String name) {
    lostNodes.put(name, now);
  }

  /** It responds again. */
  void repairNode(String name) {
    lostNodes.remove(name);
  }

  /** Says yes to every cancel, and does nothing. */
  void ignoreCancels(boolean ignore) {
    ignoresCancels = ignore;
  }

  List<String> lastCommand() {
    return lastCommand;
  }

  /** How many commands were run. */
  public int calls() {
    return calls.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How often a command was run. */
  public int calls(String program) {
    return calls.getOrDefault(program, 0);
  }

  public void setControllerDown(boolean down) {
    controllerDown = down;
  }

  public void setAccountingDown(boolean down) {
    accountingDown = down;
  }

  /** A site without accounting. */
  public void switchAccountingOff() {
    accountingOff = true;
  }

  public void setAccountingLag(Duration lag) {
    accountingLag = lag;
  }

  /** Adds a job past all commands: another user's, or one with an odd name. */
  public FakeJob add(String user, String name, Path directory, String script) {
    FakeJob job =
        new FakeJob(Integer.toString(nextId++), user, name, directory, List.of(), script, now);
    job.limit = Duration.ofDays(365);
    jobs.add(job);
    return job;
  }

  /** The next job gets this id, which may have been another's before. */
  void nextId(int id) {
    nextId = id;
  }

  /** An administrator gives a job another name. */
  FakeJob rename(FakeJob job, String name) {
    job.name = name;
    return job;
  }

  /** An administrator puts a job back into the queue: same id, new submit time. */
  void requeue(FakeJob job) {
    FakeJob past =
        new FakeJob(
            job.id, job.user, job.name, job.directory, job.dependencies, job.script, job.submit);
    past.start = job.start;
    past.state = "REQUEUED";
    past.end = Optional.of(now);
    requeued.add(past);
    job.submit = now;
    job.start = Optional.empty();
    job.state = "PENDING";
    job.reason = "BeginTime";
    job.restarts++;
  }

  @Override
  public Result run(Command command) {
    lastCommand = command.argv();
    String program = command.argv().get(0);
    calls.merge(program, 1, Integer::sum);
    List<String> arguments = command.argv().subList(1, command.argv().size());
    return switch (program) {
      case "sbatch" -> controllerDown ? failed(1, sbatchDown()) : sbatch(arguments);
      case "squeue" -> controllerDown ? failed(1, DOWN) : squeue(arguments);
      case "sinfo" -> controllerDown ? failed(1, DOWN) : sinfo(arguments);
      case "scontrol" -> controllerDown ? failed(1, DOWN) : scontrol(arguments);
      case "scancel" -> controllerDown ? failed(1, DOWN) : scancel(arguments);
      case "sacct" -> sacct(arguments);
      default -> new Result.NotStarted(program + ": there is no such program");
    };
  }

  private static String sbatchDown() {
    return "sbatch: error: Batch job submission failed:"
        + " Unable to contact slurm controller (connect failure)";
  }

  private Result sbatch(List<String> arguments) {
    Path script = Path.of(arguments.get(arguments.size() - 1));
    String text;
    try {
      text = Files.readString(script);
    } catch (IOException e) {
      return failed(1, "sbatch: error: Unable to open file " + script);
    }
    FakeJob job =
        new FakeJob(
            Integer.toString(nextId++),
            USER,
            option(arguments, "job-name").orElse("sbatch"),
            Path.of(option(arguments, "chdir").orElse("/")),
            List.of(option(arguments, "dependency").orElse("").split(",", -1)),
            text,
            now);
    jobs.add(job);
    return said(job.id + "\n");
  }

  private Result squeue(List<String> arguments) {
    Optional<String> id = option(arguments, "jobs");
    if (id.isPresent() && find(id.get()).isEmpty()) {
      return failed(1, "slurm_load_jobs error: Invalid job id specified");
    }
    String format = option(arguments, "format").orElseThrow();
    Predicate<FakeJob> asked =
        job ->
            isRemembered(job)
                && (id.isEmpty() || job.id.equals(id.get()))
                && option(arguments, "user").filter(user -> !user.equals(job.user)).isEmpty();
    StringBuilder text = new StringBuilder(FakeTables.queueTitle(format));
    jobs.stream().filter(asked).forEach(job -> text.append(FakeTables.queueRow(format, job, now)));
    return said(text.toString());
  }

  private Result sacct(List<String> arguments) {
    if (accountingOff) {
      return failed(1, "Slurm accounting storage is disabled");
    }
    if (accountingDown) {
      return failed(1, DATABASE_DOWN);
    }
    List<String> columns = List.of(option(arguments, "format").orElseThrow().split(",", -1));
    List<String> names = list(arguments, "name");
    List<String> ids = list(arguments, "jobs");
    String user = option(arguments, "user").orElseThrow();
    StringBuilder text = new StringBuilder(String.join("|", columns) + "\n");
    List<FakeJob> all = new ArrayList<>(requeued);
    all.addAll(jobs);
    for (FakeJob job : all) {
      boolean stub = now.isBefore(job.submit.plus(STUB)) && !job.isOver();
      String name = stub ? "allocation" : job.name;
      boolean known = !now.isBefore(job.submit.plus(accountingLag));
      if (known
          && job.user.equals(user)
          && (names.isEmpty() || names.contains(name))
          && (ids.isEmpty() || ids.contains(job.id))) {
        text.append(FakeTables.accountingRow(columns, job, now, accountingLag, name));
      }
    }
    return said(text.toString());
  }

  private Result sinfo(List<String> arguments) {
    StringBuilder text = new StringBuilder("bloomery|NODELIST|STATE|TIMESTAMP|end\n");
    for (String name : list(arguments, "nodes")) {
      Optional<Instant> lost = Optional.ofNullable(lostNodes.get(name));
      text.append(FakeTables.nodeRow(name, lost));
    }
    return said(text.toString());
  }

  private Result scontrol(List<String> arguments) {
    List<String> words = arguments.stream().filter(word -> !word.startsWith("--")).toList();
    String id =
        words.stream()
            .map(word -> word.replace("JobId=", ""))
            .filter(word -> word.matches("[0-9]+"))
            .findFirst()
            .orElseThrow();
    Optional<FakeJob> job = find(id);
    if (job.isEmpty()) {
      return failed(1, "slurm_load_jobs error: Invalid job id specified");
    }
    return switch (words.get(0)) {
      case "show" -> said(FakeTables.details(job.get(), now));
      // By an operator, a plain hold is an administrator's.
      case "hold" -> held(job.get(), "JobHeldAdmin");
      case "uhold" -> held(job.get(), "JobHeldUser");
      case "release" -> held(job.get(), "None");
      default -> update(job.get(), words);
    };
  }

  private static Result held(FakeJob job, String reason) {
    job.held = !reason.equals("None");
    job.reason = reason;
    return said("");
  }

  private Result update(FakeJob job, List<String> words) {
    for (String word : words) {
      if (word.startsWith("TimeLimit=")) {
        job.limit = Duration.ofMinutes(Long.parseLong(word.substring("TimeLimit=".length())));
      } else if (word.startsWith("ExcNodeList=")) {
        job.avoided = List.of(word.substring("ExcNodeList=".length()).split(",", -1));
      }
    }
    return said("");
  }

  private Result scancel(List<String> arguments) {
    String id = arguments.get(arguments.size() - 1);
    Optional<FakeJob> job = find(id).filter(found -> !found.isOver());
    if (job.isEmpty()) {
      return failed(
          1, "scancel: error: Kill job error on job id " + id + ": Invalid job id specified");
    }
    boolean meant =
        option(arguments, "user").filter(user -> !user.equals(job.get().user)).isEmpty()
            && option(arguments, "name").filter(name -> !name.equals(job.get().name)).isEmpty();
    if (meant && !ignoresCancels && option(arguments, "signal").isEmpty()) {
      job.get().cancel(now);
    }
    return said("");
  }

  private static Optional<String> option(List<String> arguments, String name) {
    String start = "--" + name + "=";
    return arguments.stream()
        .filter(word -> word.startsWith(start))
        .map(word -> word.substring(start.length()))
        .findFirst();
  }

  private static List<String> list(List<String> arguments, String name) {
    return option(arguments, name).map(text -> List.of(text.split(",", -1))).orElse(List.of());
  }

  private static Result said(String output) {
    return new Result.Finished(0, output, "", false);
  }

  private static Result failed(int exitCode, String errors) {
    return new Result.Finished(exitCode, "", errors + "\n", false);
  }

  @Override
  public String toString() {
    return jobs.stream()
        .map(job -> job.id + " " + job.name + " " + job.state + " in " + job.directory)
        .collect(Collectors.joining("\n"));
  }
}
