package org.bloomery.cli;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bloomery.core.report.GroupBy;
import org.bloomery.core.report.Period;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** From when to when a report tells. */
final class PeriodOptions {
  @Option(
      names = "--from",
      paramLabel = "DAY",
      converter = Day.class,
      description = "Only jobs that ended on this day (UTC) or later.")
  private LocalDate from;

  @Option(
      names = "--to",
      paramLabel = "DAY",
      converter = Day.class,
      description = "Only jobs that ended on this day (UTC) or earlier.")
  private LocalDate to;

  Period period() {
    return new Period(Optional.ofNullable(from), Optional.ofNullable(to));
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
