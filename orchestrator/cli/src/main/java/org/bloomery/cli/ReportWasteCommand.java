package org.bloomery.cli;

import org.bloomery.controlplane.api.WasteView;
import org.bloomery.core.report.GroupBy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reports what the GPU-seconds of runs were spent on. */
@Command(
    name = "waste",
    description = "Report what the GPU-hours of runs were spent on, to the second.",
    footer = {
      "",
      "ETTR is the share of steps that were kept; all parts sum to what was charged. Saves and",
      "validations are in the time of the steps, as trainers of the Megatron family count them.",
      "",
      "Example: bloomery report waste --by cause"
    })
final class ReportWasteCommand extends Verb {
  @Mixin private PeriodOptions days;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      converter = PeriodOptions.Word.class,
      defaultValue = "run",
      description = "Sum up by run (default), user, account, team, month, week, cause or node.")
  private GroupBy by;

  ReportWasteCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    WasteView view = session().controlPlane().ledger().waste(by, days.period());
    session()
        .show(
            view,
            new Session.Forms(
                () -> LedgerTables.waste(view),
                () -> LedgerCsv.waste(view),
                () -> LedgerHtml.waste(view)));
    return DONE;
  }
}
