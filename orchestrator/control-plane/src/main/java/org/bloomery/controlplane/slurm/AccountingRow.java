package org.bloomery.controlplane.slurm;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.slurm.SlurmState;
import org.bloomery.core.slurm.Tres;

/**
 * One incarnation of a job as accounting has it; several rows of one job id are told apart by their
 * submit times.
 *
 * @param state SLURM's own word, such as {@code CANCELLED by 1000}
 * @param elapsedSeconds without the time that it was suspended
 * @param exitCode the script's code and signal, {@code 1:0}
 */
record AccountingRow(
    String jobId,
    String state,
    OptionalLong submit,
    OptionalLong start,
    OptionalLong end,
    OptionalLong elapsedSeconds,
    Tres given,
    List<String> nodes,
    String exitCode,
    String workDirectory,
    String user,
    String partition,
    String name)
    implements JobRow {

  AccountingRow {
    nodes = List.copyOf(nodes);
  }

  /**
   * Whether its figures never change again. While a job lives, and for some seconds after, its row
   * can be a stub: without an end, or under the name {@code allocation}, which is no name of ours.
   */
  boolean isFinal() {
    return end.isPresent()
        && elapsedSeconds.isPresent()
        && SlurmState.of(state).filter(SlurmState::closesRow).isPresent();
  }

  /** The state as SLURM says it, with the exit code if that says more. */
  String words() {
    Optional<String> code =
        Optional.of(exitCode).filter(text -> !text.isEmpty() && !text.equals("0:0"));
    return state + code.map(text -> " (exit code " + text + ")").orElse("");
  }
}
