package org.bloomery.controlplane.http;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.controlplane.api.CheckpointView;
import org.bloomery.controlplane.api.LossPoint;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.controlplane.api.RunView;
import org.bloomery.core.run.RunRecord;
import org.bloomery.core.spec.SpecProblem;

/**
 * The bodies that door and client exchange beyond the views themselves; a list travels in an object
 * so that something can be added beside it.
 */
public final class Wire {
  private Wire() {}

  /** Asks to take over a run. */
  public record Submission(String specText, String file, String specDirectory, boolean again) {}

  /** Asks to let a run go on; {@code from} absent means from the newest sealed checkpoint. */
  public record Resumption(OptionalLong from) {}

  /** Asks to keep a node from all runs; {@code seconds} absent means until it is readmitted. */
  public record Exclusion(
      Optional<String> cluster, String node, Optional<String> reason, OptionalLong seconds) {}

  /** Asks to let runs have a node again. */
  public record Readmission(Optional<String> cluster, String node) {}

  /** Asks to add lines to the ledger; a line feed between two of them. */
  public record LedgerText(String lines) {}

  /** Asks to grant an allocation. */
  public record Grant(String text, String file) {}

  /** Asks to credit or debit an allocation. */
  public record Movement(String id, String kind, OptionalLong gpuSeconds, String why) {}

  /** Answer to {@code GET /v1/budgets}. */
  public record Budgets(List<BudgetView> budgets) {}

  /** What a state-changing request without details carries. */
  public record Nothing() {}

  /** Answer to {@code GET /v1/runs}. */
  public record Runs(List<RunView> runs) {}

  /** Answer to {@code GET /v1/runs/{run}/events}. */
  public record Events(List<RunRecord> events) {}

  /** Answer to {@code GET /v1/runs/{run}/losses}. */
  public record Losses(List<LossPoint> losses) {}

  /** Answer to {@code GET /v1/nodes}. */
  public record Nodes(List<NodeView> nodes) {}

  /** Answer to {@code GET /v1/runs/{run}/checkpoints}. */
  public record Checkpoints(List<CheckpointView> checkpoints) {}

  /**
   * Why a request was not carried out.
   *
   * @param code a stable word
   * @param message a sentence for people
   * @param requestId under which the control plane's log has more
   */
  public record Failure(
      String code, String message, List<SpecProblem> problems, String requestId) {}
}
