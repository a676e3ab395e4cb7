package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * The daemon that queues, starts and ends the jobs of a simulated SLURM, with the habits of the
 * real one: dependencies, the wait in the queue, the tick of the time limits, the two signals of an
 * end, jobs that complete while processes of them live, and what is forgotten and when.
 */
final class SlurmController {
  /** Time limits are looked at so often; a job may run longer by that. */
  private static final Duration LIMIT_TICK = Duration.ofSeconds(30);

  private static final Duration RETRY = Duration.ofMinutes(2);

  /**
   * The site.
   *
   * @param minJobAge how long a job that is over is still shown
   * @param killWait between the polite and the hard signal
   * @param submitMax how many jobs a user may have queued and running
   * @param idMax ids begin anew after it, as after MaxJobId
   */
  record Site(
      List<String> nodes, Duration minJobAge, Duration killWait, int submitMax, int idMax) {}

  private final Site site;
  private final VirtualTime time;
  private final SlurmDatabase database;
  private final SplittableRandom chance;
  private final BiFunction<SlurmJob, SlurmController, SlurmJob.Script> scripts;

  /** All jobs ever, in the order of their submission. */
  private final List<SlurmJob> jobs = new ArrayList<>();

  /** Which job each node works for. */
  private final SortedMap<String, Optional<SlurmJob>> nodes = new TreeMap<>();

  private final List<String> brokenNodes = new ArrayList<>();
  private final List<Runnable> whenUp = new ArrayList<>();
  private Duration meanWait = Duration.ofMinutes(10);
  private boolean down;
  private boolean reused;
  private int nextId = 1;

  SlurmController(
      Site site,
      VirtualTime time,
      SlurmDatabase database,
      SplittableRandom chance,
      BiFunction<SlurmJob, SlurmController, SlurmJob.Script> scripts) {
    this.site = site;
    this.time = time;
    this.database = database;
    this.chance = chance;
    this.scripts = scripts;
    site.nodes().forEach(node -> nodes.put(node, Optional.empty()));
  }

  Site site() {
    return site;
  }

  List<SlurmJob> jobs() {
    return jobs;
  }

  void setMeanWait(Duration wait) {
    meanWait = wait;
  }

  boolean isDown() {
    return down;
  }

  /** While it is down nothing starts, and ends are noticed only afterwards. */
  void setDown(boolean isDown) {
    down = isDown;
    if (!down) {
      List<Runnable> due = List.copyOf(whenUp);
      whenUp.clear();
      due.forEach(Runnable::run);
    }
  }

  private void act(Runnable act) {
    if (down) {
      whenUp.add(act);
    } else {
      act.run();
    }
  }

  /** The jobs that it can still show, by their ids. */
  List<SlurmJob> remembered() {
    return jobs.stream().filter(this::isRemembered).toList();
  }

  private boolean isRemembered(SlurmJob job) {
    return !job.vanished
        && job.gone.map(at -> time.instant().isBefore(at.plus(site.minJobAge()))).orElse(true);
  }

  Optional<SlurmJob> find(String id) {
    for (int i = jobs.size() - 1; i >= 0; i--) {
      SlurmJob job = jobs.get(i);
      if (Integer.toString(job.id).equals(id) && isRemembered(job)) {
        return Optional.of(job);
      }
    }
    return Optional.empty();
  }

  /** Whether an id was given to a second job since this was asked last. */
  boolean takeReused() {
    boolean was = reused;
    reused = false;
    return was;
  }

  /** Whether a user has as many jobs as he may have. */
  boolean isFull(String user) {
    return jobs.stream()
            .filter(job -> !job.vanished && !job.isOver() && job.request.user().equals(user))
            .count()
        >= site.submitMax();
  }

  /** Takes a job. */
  SlurmJob submit(SlurmJob.Request request) {
    SlurmJob job = new SlurmJob(freeId(), request, time.instant());
    for (String dependency : request.dependencies()) {
      // Which job an id means is settled now; it may be another's later.
      find(dependency.substring(dependency.indexOf(':') + 1)).ifPresent(job.waitsFor::add);
    }
    jobs.add(job);
    time.note("submitted " + job);
    database.submitted(job);
    Duration wait = drawnWait();
    time.after(wait, "start of " + job.id, () -> tryStart(job));
    return job;
  }

  private Duration drawnWait() {
    double seconds = -Math.log(1 - chance.nextDouble()) * meanWait.toSeconds();
    return Duration.ofSeconds(1 + (long) Math.min(seconds, 10.0 * meanWait.toSeconds()));
  }

  private int freeId() {
    for (int tries = 0; tries < site.idMax(); tries++) {
      int id = nextId;
      nextId = nextId == site.idMax() ? 1 : nextId + 1;
      if (jobs.stream().noneMatch(job -> job.id == id && isRemembered(job))) {
        reused |= jobs.stream().anyMatch(job -> job.id == id);
        return id;
      }
    }
    throw new IllegalStateException("all " + site.idMax() + " ids are taken");
  }

  private void tryStart(SlurmJob job) {
    if (!job.isPending() || job.isOver() || job.vanished || job.requeueing) {
      return;
    }
    if (down) {
      whenUp.add(() -> tryStart(job));
      return;
    }
    job.reason = whyItWaits(job);
    if (!job.reason.equals("None")) {
      time.after(retry(job), "start of " + job.id, () -> tryStart(job));
      return;
    }
    job.eligible = job.eligible.or(() -> Optional.of(time.instant()));
    Optional<List<String>> free = freeNodes(job);
    if (free.isEmpty()) {
      job.reason = "Resources";
      time.after(RETRY, "start of " + job.id, () -> tryStart(job));
      return;
    }
    start(job, free.get());
  }

  /** A job whose turn has come starts seconds after what it waited for. */
  private static Duration retry(SlurmJob job) {
    return job.reason.equals("Dependency") ? Duration.ofSeconds(15) : RETRY;
  }

  private String whyItWaits(SlurmJob job) {
    if (job.heldByAdministrator) {
      return "JobHeldAdmin";
    }
    if (job.held) {
      return "JobHeldUser";
    }
    return job.request.dependencies().stream().anyMatch(one -> isOpen(one, job))
        ? "Dependency"
        : "None";
  }

  /**
   * {@code afterany} waits for the last process; singleton does not wait for a job that completes;
   * an id that nobody knows counts as over.
   */
  private boolean isOpen(String dependency, SlurmJob job) {
    if (dependency.equals("singleton")) {
      return jobs.stream()
          .filter(other -> !other.vanished && !other.isOver() && other != job)
          .filter(other -> other.name.equals(job.name) && jobs.indexOf(other) < jobs.indexOf(job))
          .anyMatch(other -> other.request.user().equals(job.request.user()));
    }
    return job.waitsFor.stream().anyMatch(other -> other.gone.isEmpty() && !other.vanished);
  }

  private Optional<List<String>> freeNodes(SlurmJob job) {
    List<String> free = new ArrayList<>();
    nodes.forEach(
        (node, user) -> {
          if (user.isEmpty() && !brokenNodes.contains(node) && !job.excluded.contains(node)) {
            free.add(node);
          }
        });
    while (free.size() > job.nodeCount) {
      free.remove(chance.nextInt(free.size()));
    }
    return free.size() == job.nodeCount ? Optional.of(free) : Optional.empty();
  }

  private void start(SlurmJob job, List<String> free) {
    job.nodes = free;
    free.forEach(node -> nodes.put(node, Optional.of(job)));
    job.state = SlurmJob.State.RUNNING;
    job.start = Optional.of(time.instant());
    database.started(job);
    SlurmJob.Script script = scripts.apply(job, this);
    job.script = Optional.of(script);
    int incarnation = job.restarts;
    Duration warning = job.limit.minus(ScriptText.warning(job.request.script()));
    time.after(warning, "warning of " + job.id, () -> whileRunning(job, incarnation, script::warn));
    time.after(
        job.limit.plusSeconds(chance.nextInt((int) LIMIT_TICK.toSeconds())),
        "limit of " + job.id,
        () -> act(() -> whileRunning(job, incarnation, () -> end(job, SlurmJob.State.TIMEOUT))));
    script.begin();
  }

  private static void whileRunning(SlurmJob job, int incarnation, Runnable act) {
    if (job.runs() && job.restarts == incarnation) {
      act.run();
    }
  }

  /** The script of a job has left. */
  void exited(SlurmJob job, int code) {
    act(
        () -> {
          if (job.runs()) {
            job.exitCode = code + ":0";
            finish(job, code == 0 ? SlurmJob.State.COMPLETED : SlurmJob.State.FAILED);
          }
          // One that was told to end has left before it was killed.
        });
  }

  /** Ends a job from outside: out of the queue at once, else by its two signals. */
  void end(SlurmJob job, SlurmJob.State state) {
    if (job.isOver()) {
      return;
    }
    Optional<SlurmJob.Script> script = job.script;
    finish(job, state);
    script.ifPresent(
        one -> {
          one.terminate();
          time.after(site.killWait(), "kill of " + job.id, one::kill);
        });
  }

  private void finish(SlurmJob job, SlurmJob.State state) {
    time.note(state + " of " + job.id);
    job.state = state;
    job.end = Optional.of(time.instant());
    job.reason = "None";
    database.ended(job);
    complete(job);
  }

  /** Its nodes are given back when no process is left on those that can be reached. */
  private void complete(SlurmJob job) {
    Duration epilog = Duration.ofSeconds(job.start.isPresent() ? 1 + chance.nextInt(20) : 0);
    time.after(epilog, "epilog of " + job.id, () -> leave(job));
  }

  private void leave(SlurmJob job) {
    boolean reachable = job.state != SlurmJob.State.NODE_FAIL;
    if (reachable && job.script.filter(SlurmJob.Script::lives).isPresent()) {
      complete(job);
      return;
    }
    job.gone = Optional.of(time.instant());
    nodes.replaceAll((node, user) -> user.filter(other -> other != job));
  }

  /** A node is lost: its job ends, and what runs on that node nobody reaches any more. */
  Optional<SlurmJob> loseNode(String node) {
    Optional<SlurmJob> victim = nodes.get(node).filter(SlurmJob::runs);
    brokenNodes.add(node);
    victim.ifPresent(job -> act(() -> fail(job)));
    return victim;
  }

  private void fail(SlurmJob job) {
    if (job.runs()) {
      finish(job, SlurmJob.State.NODE_FAIL);
      job.reason = "NodeDown";
    }
  }

  void repairNode(String node) {
    brokenNodes.remove(node);
  }

  /**
   * An administrator puts a running job back into the queue: the same id, another submit time. It
   * completes before it waits.
   */
  void requeue(SlurmJob job) {
    SlurmJob.Script script = job.script.orElseThrow();
    database.requeued(job, time.instant());
    script.terminate();
    time.after(site.killWait(), "kill of " + job.id, script::kill);
    job.submit = time.instant();
    job.start = Optional.empty();
    job.nodes = new ArrayList<>();
    job.state = SlurmJob.State.PENDING;
    job.requeueing = true;
    job.restarts++;
    database.submitted(job);
    waitAgain(job, script);
  }

  private void waitAgain(SlurmJob job, SlurmJob.Script script) {
    if (script.lives()) {
      time.after(Duration.ofSeconds(10), "epilog of " + job.id, () -> waitAgain(job, script));
      return;
    }
    nodes.replaceAll((node, user) -> user.filter(other -> other != job));
    job.requeueing = false;
    job.script = Optional.empty();
    job.reason = "BeginTime";
    time.after(Duration.ofSeconds(121), "start of " + job.id, () -> tryStart(job));
  }

  /** It dies before it has saved what it has taken in the last seconds. */
  void forget(SlurmJob job) {
    job.vanished = true;
  }

  /** The nodes that are up, whoever works on them. */
  List<String> nodes() {
    return List.copyOf(nodes.keySet());
  }

  Instant now() {
    return time.instant();
  }
}
