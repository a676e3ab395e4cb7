package org.bloomery.core.slurm;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The order of an accounting table's columns, as its title line or a person gives it. */
public final class AccountingColumns {
  private static final String NAME = "jobname";

  private final Map<String, Integer> places = new TreeMap<>();
  private final int count;

  private AccountingColumns(List<String> names) {
    count = names.size();
    for (int i = 0; i < count; i++) {
      places.putIfAbsent(names.get(i), i);
    }
  }

  /** Columns by a title line of {@code sacct -P}, with {@code |} between the names. */
  public static AccountingColumns titled(String line) {
    return of(line.strip().split("\\|"));
  }

  /** Columns by the list that sacct was called with: {@code jobid,elapsed,nodelist}. */
  public static AccountingColumns listed(String list) {
    return of(list.split(","));
  }

  private static AccountingColumns of(String[] names) {
    // sacct takes a width behind a name: jobname%40.
    return new AccountingColumns(
        Arrays.stream(names)
            .map(name -> name.strip().toLowerCase(Locale.ROOT).replaceFirst("%.*", ""))
            .toList());
  }

  /** What is missing to make postings of such lines, for people; empty if nothing is. */
  public Optional<String> problem() {
    if (!has("jobid") && !has("jobidraw")) {
      return Optional.of("there is no column JobID");
    }
    if (!has("alloctres")) {
      return Optional.of("there is no column AllocTRES, so what was allocated is not known");
    }
    return Stream.of("start", "end")
        .filter(name -> !has(name))
        .map(name -> "there is no column " + name + ", so when it was used is not known")
        .findFirst();
  }

  boolean has(String name) {
    return places.containsKey(name);
  }

  /**
   * The fields of a line in the order of the columns; empty if there are too few. Only a job's name
   * can contain the separator, which sacct does not escape, so surplus ones are taken for its.
   */
  Optional<String[]> fields(String line) {
    String[] fields = split(line);
    int surplus = fields.length - count;
    if (surplus == 1 && fields[count].isEmpty()) {
      // sacct -p ends each line with the separator, too.
      return Optional.of(Arrays.copyOf(fields, count));
    }
    Integer name = places.get(NAME);
    if (surplus <= 0 || name == null) {
      return surplus == 0 ? Optional.of(fields) : Optional.empty();
    }
    String[] joined = Arrays.copyOf(fields, count);
    joined[name] = String.join("|", Arrays.asList(fields).subList(name, name + surplus + 1));
    System.arraycopy(fields, name + surplus + 1, joined, name + 1, count - name - 1);
    return Optional.of(joined);
  }

  private static String[] split(String line) {
    int fields = 1;
    for (int i = line.indexOf('|'); i >= 0; i = line.indexOf('|', i + 1)) {
      fields++;
    }
    String[] split = new String[fields];
    int from = 0;
    for (int i = 0; i < fields - 1; i++) {
      int to = line.indexOf('|', from);
      split[i] = line.substring(from, to);
      from = to + 1;
    }
    split[fields - 1] = line.substring(from);
    return split;
  }

  /** One field of such a line; empty where there is no such column. */
  String field(String[] fields, String name) {
    Integer place = places.get(name);
    return place == null ? "" : fields[place];
  }
}
