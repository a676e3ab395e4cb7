package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.observe.JobState;
import org.bloomery.core.slurm.SlurmState;

/**
 * One job as the controller has it: {@code squeue}, or {@code scontrol show job}.
 *
 * @param jobId digits; of an array's waiting tasks {@code 17_[2-3]}, which are never ours
 * @param start when it started, or is expected to
 * @param limit its time limit; empty if it has none
 * @param reason why it waits or ended, which may be a whole sentence
 */
record QueueRow(
    String jobId,
    String user,
    String state,
    OptionalLong submit,
    OptionalLong start,
    OptionalLong end,
    Optional<Duration> limit,
    List<String> nodes,
    String workDirectory,
    String name,
    String reason)
    implements JobRow {

  QueueRow {
    nodes = List.copyOf(nodes);
  }

  @Override
  public boolean hasLostNode() {
    return JobRow.super.hasLostNode() || reason.equals("NodeDown");
  }

  @Override
  public boolean isHeldByUser() {
    return reason.equals("JobHeldUser")
        && known().map(SlurmState::inQueue).filter(JobState.PENDING::equals).isPresent();
  }
}
