package org.bloomery.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bloomery.controlplane.api.LedgerApi;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.LedgerLines;
import org.bloomery.core.slurm.AccountingLine;
import org.bloomery.core.slurm.AccountingTable;

/** What some consecutive lines of an accounting file have come to. Not for several threads. */
final class AccountingPart implements AccountingLine.Cases<Void> {
  private static final int EXAMPLES_MAX = 3;
  private static final int EXAMPLE_CHARS_MAX = 60;

  /** One request takes so many characters: its body may have 1 MiB. */
  private static final int CHARS_PER_REQUEST = 700_000;

  private final LedgerApi ledger;
  private final Map<AccountingLine.Reason, Kind> skipped = new TreeMap<>();
  private final Map<AccountingLine.Note, Kind> odd = new TreeMap<>();
  private final List<String> waiting = new ArrayList<>();
  private int waitingChars;
  private long number;
  private String line = "";
  private long lines;
  private long jobs;
  private long changed;
  private long allocated;
  private long charged;

  /** The lines of one kind so far. */
  private static final class Kind {
    private final List<ImportView.Example> examples = new ArrayList<>();
    private long lines;

    void add(long number, String text) {
      lines++;
      if (examples.size() < EXAMPLES_MAX) {
        String shown =
            text.length() <= EXAMPLE_CHARS_MAX
                ? text
                : text.substring(0, EXAMPLE_CHARS_MAX) + "...";
        examples.add(new ImportView.Example(number, shown));
      }
    }

    Kind and(Kind next) {
      lines += next.lines;
      next.examples.stream()
          .limit(EXAMPLES_MAX - (long) examples.size())
          .forEachOrdered(examples::add);
      return this;
    }

    ImportView.Kind view(String name, String why) {
      String word = name.toLowerCase(Locale.ROOT).replace('_', '-');
      return new ImportView.Kind(word, why, lines, examples);
    }
  }

  /**
   * A part without lines.
   *
   * @param ledger null in a dry run
   */
  AccountingPart(LedgerApi ledger) {
    this.ledger = ledger;
  }

  /** Takes the next line, with its number in the file. */
  void take(long lineNumber, String text, AccountingTable table) {
    number = lineNumber;
    line = text;
    lines++;
    table.read(text).match(this);
  }

  @Override
  public Void used(AccountingLine.Used used) {
    LedgerEntry entry = used.entry();
    used.notes().forEach(note -> odd.computeIfAbsent(note, n -> new Kind()).add(number, line));
    jobs++;
    allocated += entry.allocatedGpuSeconds();
    charged += entry.chargedGpuSeconds();
    if (ledger != null) {
      String text = LedgerLines.write(entry);
      waiting.add(text);
      waitingChars += text.length();
      if (waitingChars >= CHARS_PER_REQUEST) {
        send();
      }
    }
    return null;
  }

  @Override
  public Void skipped(AccountingLine.Skipped skip) {
    skipped.computeIfAbsent(skip.reason(), r -> new Kind()).add(number, line);
    return null;
  }

  /** Hands on what is to be posted. */
  void send() {
    if (!waiting.isEmpty()) {
      changed += ledger.add(List.copyOf(waiting), "").changed();
      waiting.clear();
      waitingChars = 0;
    }
  }

  /** Adds the part that follows this one in the file. */
  void append(AccountingPart next) {
    lines += next.lines;
    jobs += next.jobs;
    changed += next.changed;
    allocated += next.allocated;
    charged += next.charged;
    next.skipped.forEach((reason, kind) -> skipped.merge(reason, kind, Kind::and));
    next.odd.forEach((note, kind) -> odd.merge(note, kind, Kind::and));
  }

  /** Tells what it was. */
  ImportView view(String file, String cluster) {
    return new ImportView(
        file,
        cluster,
        ledger == null,
        lines,
        jobs,
        changed,
        allocated,
        charged,
        skipped.entrySet().stream()
            .map(kind -> kind.getValue().view(kind.getKey().name(), "it " + kind.getKey().words()))
            .toList(),
        odd.entrySet().stream()
            .map(kind -> kind.getValue().view(kind.getKey().name(), kind.getKey().words()))
            .toList());
  }
}
