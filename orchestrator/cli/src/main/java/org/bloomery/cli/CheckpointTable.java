package org.bloomery.cli;

import java.util.List;
import org.bloomery.controlplane.api.CheckpointView;

/** How checkpoints are listed. */
final class CheckpointTable {
  private CheckpointTable() {}

  static Table of(List<CheckpointView> checkpoints) {
    Table table =
        Table.of(
            "No checkpoint yet.", "ITERATION#", "ATTEMPT#", "SEALED", "SIZE#", "FILES#", "VERDICT");
    for (CheckpointView checkpoint : checkpoints) {
      table.row(
          checkpoint.iteration(),
          checkpoint.attempt(),
          checkpoint.sealed() ? "yes" : "no",
          Words.bytes(checkpoint.bytes()),
          checkpoint.files(),
          checkpoint.verdict());
    }
    return table;
  }
}
