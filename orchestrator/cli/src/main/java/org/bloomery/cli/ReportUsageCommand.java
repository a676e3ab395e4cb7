package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reports GPU-seconds, attempt by attempt or summed up. */
@Command(
    name = "usage",
    description = "Report GPU-hours: of runs, attempt by attempt, or of all jobs, summed up.",
    footer = {
      "",
      "With --by, what was imported counts, too; a job belongs to the day (UTC) on which it ended.",
      "",
      "Example: bloomery report usage --run bloom-nano -o json",
      "         bloomery report usage --by month --from 2022-01-01"
    })
final class ReportUsageCommand extends Verb {
  @Spec private CommandSpec spec;
  @Mixin private PeriodOptions days;

  @Option(
      names = "--run",
      paramLabel = "RUN",
      converter = RunVerb.RunName.class,
      description = "Only of this run (default: of all).")
  private RunId run;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      converter = PeriodOptions.Word.class,
      description = "Sum up by run, user, account, team, month, week, cause or node.")
  private GroupBy by;

  ReportUsageCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (by == null) {
      if (!days.period().equals(Period.ALWAYS)) {
        throw new ParameterException(spec.commandLine(), "--from and --to go with --by.");
      }
      UsageView view = session().controlPlane().usage(Optional.ofNullable(run));
      session().show(view, () -> RunTables.usage(view));
      return DONE;
    }
    if (run != null) {
      throw new ParameterException(spec.commandLine(), "--run does not go with --by.");
    }
    UsageTableView view = session().controlPlane().ledger().usage(by, days.period());
    session()
        .show(
            view,
            new Session.Forms(
                () -> LedgerTables.usage(view),
                () -> LedgerCsv.usage(view),
                () -> LedgerHtml.usage(view)));
    return DONE;
  }
}
