package org.bloomery.cli;

import java.util.List;
import org.bloomery.controlplane.api.AttemptView;
import org.bloomery.controlplane.api.UsageView;

/** The tables of attempts and of their bills, the same on every screen. */
final class RunTables {
  private RunTables() {}

  static String attempts(List<AttemptView> attempts) {
    Table table =
        Table.of(
            "No attempt yet.",
            "ATTEMPT#",
            "JOB",
            "FROM#",
            "FIRST#",
            "LAST#",
            "GPU-SECONDS#",
            "LOST#",
            "END");
    for (AttemptView attempt : attempts) {
      table.row(
          attempt.number(),
          attempt.jobId().orElse(Words.ABSENT),
          Words.number(attempt.resumedFrom()),
          Words.number(attempt.firstIteration()),
          Words.number(attempt.lastIteration()),
          attempt.gpuSeconds(),
          attempt.lostGpuSeconds(),
          end(attempt));
    }
    return table.toString();
  }

  private static String end(AttemptView attempt) {
    String cause = attempt.cause().orElse(Words.ABSENT);
    return attempt.evidence().isEmpty()
        ? cause
        : cause + " (" + String.join("; ", attempt.evidence()) + ")";
  }

  static String usage(UsageView view) {
    Table table =
        Table.of(
            "Nothing was billed yet.",
            "RUN",
            "ACCOUNT",
            "ATTEMPT#",
            "JOB",
            "GPU-SECONDS#",
            "LOST#",
            "CAUSE");
    for (UsageView.Row row : view.rows()) {
      table.row(
          row.run(),
          row.account(),
          row.attempt(),
          row.jobId(),
          row.gpuSeconds(),
          row.lostGpuSeconds(),
          row.cause());
    }
    return table
        + "\n"
        + RunScreen.line("total", RunScreen.used(view.gpuSeconds()))
        + RunScreen.line("lost", RunScreen.used(view.lostGpuSeconds()))
        + RunScreen.line("as of", Words.time(view.asOf()));
  }
}
