package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.port.ResourceManager.Acknowledgement;
import org.bloomery.core.slurm.SlurmState;

/**
 * Ends and changes jobs. Each act looks first whether the id still names the very job that is
 * meant, and names its user and name besides: an id that somebody else has by now is never touched.
 */
final class JobActs {
  private final SlurmSite site;
  private final SlurmCommands commands;

  JobActs(SlurmSite site, SlurmCommands commands) {
    this.site = site;
    this.commands = commands;
  }

  /** Ends a job: SIGTERM to all of it, and SIGKILL after the site's wait; scancel(1). */
  Acknowledgement cancel(JobKey key) {
    return withLiving(
        key,
        row ->
            isIn(row, JobState.COMPLETING)
                // SLURM is killing what is left of it already.
                ? new Acknowledgement.Done()
                : acknowledged(SlurmProgram.SCANCEL, guarded(List.of(), row)));
  }

  /**
   * Tells a job's script that its time limit is near, upon which it makes the training save. Only
   * the script: the training itself would die of the signal.
   */
  Acknowledgement warn(JobKey key) {
    return withLiving(
        key,
        row ->
            acknowledged(SlurmProgram.SCANCEL, guarded(List.of("--signal=USR1", "--batch"), row)));
  }

  /**
   * Keeps a queued job in the queue. Not one that runs: SLURM would agree, let it go on, and hide
   * its row from what sacct lists. As its user, whoever that is: an operator's {@code hold} would
   * be an administrator's, which is not ours to release.
   */
  Acknowledgement hold(JobKey key) {
    return whileQueued(key, List.of("uhold", key.jobId()));
  }

  /** Lets a job start again that was held. */
  Acknowledgement release(JobKey key) {
    return whileQueued(key, List.of("release", key.jobId()));
  }

  /** Says which nodes a queued job must not get, all of them. */
  Acknowledgement exclude(JobKey key, List<String> nodes) {
    return whileQueued(key, update(key, "ExcNodeList=" + String.join(",", nodes)));
  }

  /** Lets a job end earlier than it was to, counted from its start; it is never made longer. */
  Acknowledgement shorten(JobKey key, Duration timeLimit) {
    return withLiving(
        key,
        row ->
            row.limit().filter(now -> timeLimit.compareTo(now) >= 0).isPresent()
                ? new Acknowledgement.Done()
                : acknowledged(
                    SlurmProgram.SCONTROL,
                    update(key, "TimeLimit=" + TimeLimit.option(timeLimit))));
  }

  /** What is done to the job, as it is now. */
  private interface Act {
    Acknowledgement on(QueueRow row);
  }

  private Acknowledgement withLiving(JobKey key, Act act) {
    Answer answer = commands.run(SlurmProgram.SQUEUE, Squeue.job(site.user(), key.jobId()));
    if (answer instanceof Answer.Ended said && said.errors().contains(Refusals.INVALID_JOB_ID)) {
      return new Acknowledgement.Done();
    }
    return Squeue.read(answer)
        .match(
            rows ->
                rows.stream()
                    .filter(row -> row.isJob(key) && mayLive(row))
                    .findFirst()
                    .map(act::on)
                    .orElseGet(Acknowledgement.Done::new),
            why ->
                new Acknowledgement.NotKnown(
                    "cannot tell whether " + key.jobId() + " is still the same job: " + why));
  }

  private boolean mayLive(QueueRow row) {
    boolean over = row.known().map(SlurmState::inQueue).filter(JobState.ENDED::equals).isPresent();
    return row.user().equals(site.user()) && !over;
  }

  /** For a job that is not queued any more it is too late, and there is nothing to do. */
  private Acknowledgement whileQueued(JobKey key, List<String> arguments) {
    return withLiving(
        key,
        row ->
            isIn(row, JobState.PENDING)
                ? acknowledged(SlurmProgram.SCONTROL, arguments)
                : new Acknowledgement.Done());
  }

  private static boolean isIn(QueueRow row, JobState state) {
    return row.known().map(SlurmState::inQueue).filter(state::equals).isPresent();
  }

  private static List<String> update(JobKey key, String change) {
    return List.of("update", "JobId=" + key.jobId(), change);
  }

  private List<String> guarded(List<String> options, QueueRow row) {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--name=" + row.name(), "--user=" + site.user(), row.jobId()));
    return arguments;
  }

  private Acknowledgement acknowledged(SlurmProgram program, List<String> arguments) {
    Answer answer = commands.run(program, arguments);
    if (answer instanceof Answer.Lost lost) {
      return new Acknowledgement.NotKnown(lost.why());
    }
    if (answer instanceof Answer.NeverRan never) {
      return new Acknowledgement.NotKnown(never.why());
    }
    Answer.Ended said = (Answer.Ended) answer;
    if (!said.complains()) {
      return new Acknowledgement.Done();
    }
    String words = program.word() + ": " + said.words();
    return switch (Refusals.of(said.errors())) {
      case OVER -> new Acknowledgement.Done();
      case FOR_GOOD, FOR_NOW, NONE -> new Acknowledgement.NotKnown(words);
    };
  }
}
