package org.bloomery.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The accounting of a simulated SLURM: a row for each incarnation of a job, which learns of
 * everything later than the controller, and of some things never.
 */
final class SlurmDatabase {
  /** How long a new job's row is a stub without its name. */
  private static final Duration STUB = Duration.ofSeconds(3);

  private static final Duration USUAL_LAG = Duration.ofSeconds(1);

  /** One incarnation of a job, as far as accounting knows it. */
  static final class Row {
    final SlurmJob job;
    final Instant submit;
    Optional<Instant> start = Optional.empty();
    Optional<Instant> end = Optional.empty();
    String state = "PENDING";
    String exitCode = "0:0";
    List<String> nodes = List.of();
    boolean known;
    boolean stub = true;
    boolean eligible;

    Row(SlurmJob job) {
      this.job = job;
      this.submit = job.submit;
    }

    /** What it has used in all; -1 while it is not over, as far as accounting knows. */
    long gpuSeconds() {
      return end.map(over -> elapsed(over) * nodes.size() * job.gpusPerNode).orElse(-1L);
    }

    /** Whole seconds from its start to its end, or until now. */
    long elapsed(Instant now) {
      return start.map(from -> end.orElse(now).getEpochSecond() - from.getEpochSecond()).orElse(0L);
    }
  }

  private final VirtualTime time;
  private final List<Row> rows = new ArrayList<>();
  private final List<Runnable> queued = new ArrayList<>();
  private final List<Runnable> underWay = new ArrayList<>();
  private Duration lag = USUAL_LAG;
  private boolean down;
  private Instant lastDue = Instant.EPOCH;

  SlurmDatabase(VirtualTime time) {
    this.time = time;
  }

  List<Row> rows() {
    return rows;
  }

  void setLag(Duration behind) {
    lag = behind;
  }

  /** It is as close behind as ever, and has what was under way to it. */
  void catchUp() {
    lag = USUAL_LAG;
    lastDue = time.instant();
    List<Runnable> late = List.copyOf(underWay);
    underWay.clear();
    late.forEach(this::deliver);
  }

  boolean isDown() {
    return down;
  }

  /** While it is down the controller keeps what it has to tell. */
  void setDown(boolean isDown) {
    down = isDown;
    if (!down) {
      queued.forEach(Runnable::run);
      queued.clear();
    }
  }

  /** News arrive in their order, however far behind they are. */
  private void tell(Runnable news) {
    Instant due = time.instant().plus(lag);
    lastDue = due.isBefore(lastDue) ? lastDue.plusMillis(1) : due;
    underWay.add(news);
    time.after(Duration.between(time.instant(), lastDue), "accounting", () -> arrive(news));
  }

  private void arrive(Runnable news) {
    if (underWay.remove(news)) {
      deliver(news);
    }
  }

  private void deliver(Runnable news) {
    if (down) {
      queued.add(news);
    } else {
      news.run();
    }
  }

  void submitted(SlurmJob job) {
    Row row = new Row(job);
    rows.add(row);
    tell(
        () -> {
          row.known = true;
          time.after(STUB, "accounting", () -> deliver(() -> row.stub = false));
        });
  }

  private Row newest(SlurmJob job) {
    for (int i = rows.size() - 1; i >= 0; i--) {
      if (rows.get(i).job == job) {
        return rows.get(i);
      }
    }
    throw new IllegalStateException(job + " was never submitted");
  }

  void started(SlurmJob job) {
    Row row = newest(job);
    Optional<Instant> start = job.start;
    List<String> nodes = List.copyOf(job.nodes);
    tell(
        () -> {
          row.eligible = true;
          row.start = start;
          row.nodes = nodes;
          row.state = row.end.isPresent() ? row.state : "RUNNING";
        });
  }

  void ended(SlurmJob job) {
    String word = job.state == SlurmJob.State.CANCELLED ? "CANCELLED by 1000" : job.state.name();
    close(newest(job), word, job.exitCode, job.end.orElseThrow());
  }

  void requeued(SlurmJob job, Instant now) {
    close(newest(job), "REQUEUED", "0:0", now);
  }

  private void close(Row row, String state, String exitCode, Instant end) {
    tell(
        () -> {
          row.stub = false;
          row.state = state;
          row.exitCode = exitCode;
          row.end = Optional.of(end);
        });
  }
}
