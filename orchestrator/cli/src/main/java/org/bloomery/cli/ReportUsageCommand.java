package org.bloomery.cli;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bloomery.controlplane.api.UsageTableView;
import org.bloomery.controlplane.api.UsageView;
import org.bloomery.core.id.RunId;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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

  @Option(
      names = "--run",
      paramLabel = "RUN",
      converter = RunVerb.RunName.class,
      description = "Only of this run (default: of all).")
  private RunId run;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      converter = Word.class,
      description = "Sum up by run, user, account, team, month, week, cause or node.")
  private GroupBy by;

  @Option(
      names = "--from",
      paramLabel = "DAY",
      converter = Day.class,
      description = "Only jobs that ended on this day or later; goes with --by.")
  private LocalDate from;

  @Option(
      names = "--to",
      paramLabel = "DAY",
      converter = Day.class,
      description = "Only jobs that ended on this day or earlier; goes with --by.")
  private LocalDate to;

  ReportUsageCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (by == null) {
      if (from != null || to != null) {
        throw new ParameterException(spec.commandLine(), "--from and --to go with --by.");
      }
      UsageView view = session().controlPlane().usage(Optional.ofNullable(run));
      session().show(view, () -> RunTables.usage(view));
      return DONE;
    }
    if (run != null) {
      throw new ParameterException(spec.commandLine(), "--run does not go with --by.");
    }
    Period period = new Period(Optional.ofNullable(from), Optional.ofNullable(to));
    UsageTableView view = session().controlPlane().ledger().usage(by, period);
    session().show(view, () -> LedgerTables.usage(view));
    return DONE;
  }

  /** Reads what to sum up by. */
  static final class Word implements ITypeConverter<GroupBy> {
    @Override
    public GroupBy convert(String text) {
      return GroupBy.of(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "choose one of "
                          + Arrays.stream(GroupBy.values())
                              .map(GroupBy::word)
                              .collect(Collectors.joining(", "))));
    }
  }

  /** Reads a day as it is typed. */
  static final class Day implements ITypeConverter<LocalDate> {
    @Override
    public LocalDate convert(String text) {
      try {
        return LocalDate.parse(text);
      } catch (DateTimeException e) {
        throw new TypeConversionException("write a day as 2022-03-01");
      }
    }
  }
}
