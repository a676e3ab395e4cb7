package org.bloomery.core.report;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.RunId;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.slurm.HostList;

/** Tells under which rows of a report a line of the ledger stands. */
final class Grouping {
  private static final long DAY_SECONDS = 86_400;
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu-MM");

  private final GroupBy by;
  private final Map<Long, String> days = new HashMap<>();
  private final Map<String, List<String>> nodes = new HashMap<>();

  Grouping(GroupBy by) {
    this.by = by;
  }

  /** The groups that a line belongs to, at least one. */
  List<String> keys(LedgerEntry line, Optional<JobStory> story) {
    return switch (by) {
      case RUN -> List.of(line.run().map(RunId::value).orElse("job " + line.jobName()));
      case USER -> List.of(line.user());
      case ACCOUNT -> List.of(line.account());
      case TEAM -> List.of(line.team());
      case MONTH, WEEK ->
          List.of(days.computeIfAbsent(Math.floorDiv(line.end(), DAY_SECONDS), this::time));
      case CAUSE -> List.of(story.map(JobStory::cause).orElseGet(() -> ending(line)));
      case NODE -> nodes.computeIfAbsent(line.nodes(), Grouping::nodes);
    };
  }

  private String time(long day) {
    LocalDate date = LocalDate.ofEpochDay(day);
    return by == GroupBy.MONTH
        ? MONTH.format(date.atStartOfDay(ZoneOffset.UTC))
        : String.format(
            Locale.ROOT,
            "%04d-W%02d",
            date.get(IsoFields.WEEK_BASED_YEAR),
            date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
  }

  private static String ending(LedgerEntry line) {
    return line.state().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static List<String> nodes(String list) {
    List<String> names = HostList.expand(list);
    return names.isEmpty() ? List.of("") : names;
  }
}
