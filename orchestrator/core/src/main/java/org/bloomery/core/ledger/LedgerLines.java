package org.bloomery.core.ledger;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.id.RunId;

/**
 * The ledger's lines as text: one job a line, columns with a tab between them, in the order of
 * {@link #TITLE}; what people open with {@code zcat}, {@code awk} or a spreadsheet. In a text, a
 * tab is written {@code \t}, a line feed {@code \n}, a carriage return {@code \r}, a backslash
 * twice.
 */
public final class LedgerLines {
  /** The first line of a file; columns are never removed or moved, new ones come at the end. */
  public static final String TITLE =
      String.join(
          "\t",
          "cluster",
          "job",
          "submit",
          "account",
          "user",
          "team",
          "run",
          "attempt",
          "name",
          "partition",
          "nodes",
          "start",
          "end",
          "allocated_gpu_seconds",
          "charged_gpu_seconds",
          "state",
          "source",
          "audited");

  private static final int COLUMNS = 18;

  /** Other texts are read without being remembered. */
  private static final int REMEMBERED_MAX = 100_000;

  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Optional<RunId>> runs = new HashMap<>();

  /** A line as text, without its end. */
  public static String write(LedgerEntry entry) {
    StringBuilder line = new StringBuilder(200);
    text(line, entry.job().cluster());
    text(line, entry.job().jobId());
    line.append(entry.job().submitEpoch()).append('\t');
    text(line, entry.account());
    text(line, entry.user());
    text(line, entry.team());
    text(line, entry.run().map(RunId::value).orElse(""));
    line.append(entry.attempt()).append('\t');
    text(line, entry.jobName());
    text(line, entry.partition());
    text(line, entry.nodes());
    line.append(entry.start()).append('\t');
    line.append(entry.end()).append('\t');
    line.append(entry.allocatedGpuSeconds()).append('\t');
    line.append(entry.chargedGpuSeconds()).append('\t');
    text(line, entry.state());
    line.append(entry.source().name()).append('\t');
    return line.append(entry.audited()).toString();
  }

  private static void text(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\t' -> line.append("\\t");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\\' -> line.append("\\\\");
        default -> line.append(c);
      }
    }
    line.append('\t');
  }

  /**
   * Reads a line; equal texts of lines that the same object reads are one object.
   *
   * @throws IllegalArgumentException if it is none
   */
  public LedgerEntry read(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length < COLUMNS) {
      throw new IllegalArgumentException("a ledger's line has " + fields.length + " columns");
    }
    return new LedgerEntry(
        new JobKey(text(fields[0]), plain(fields[1]), Long.parseLong(fields[2])),
        text(fields[3]),
        text(fields[4]),
        text(fields[5]),
        run(fields[6]),
        Integer.parseInt(fields[7]),
        text(fields[8]),
        text(fields[9]),
        text(fields[10]),
        Long.parseLong(fields[11]),
        Long.parseLong(fields[12]),
        Long.parseLong(fields[13]),
        Long.parseLong(fields[14]),
        text(fields[15]),
        Posting.Source.valueOf(fields[16]),
        Boolean.parseBoolean(fields[17]));
  }

  private Optional<RunId> run(String name) {
    return runs.computeIfAbsent(
        name, text -> text.isEmpty() ? Optional.empty() : Optional.of(new RunId(text)));
  }

  private String text(String field) {
    String known = texts.get(field);
    if (known == null) {
      known = plain(field);
      if (texts.size() < REMEMBERED_MAX) {
        texts.put(field, known);
      }
    }
    return known;
  }

  private static String plain(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 1 < field.length()) {
        i++;
        plain.append(unescaped(field.charAt(i)));
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private static char unescaped(char c) {
    return switch (c) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      default -> c;
    };
  }
}
