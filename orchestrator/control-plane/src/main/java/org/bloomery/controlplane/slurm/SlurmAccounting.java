package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.bloomery.core.ledger.Ledger;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.port.AccountingSource;
import org.bloomery.core.slurm.AccountingColumns;
import org.bloomery.core.slurm.AccountingLine;
import org.bloomery.core.slurm.AccountingSite;
import org.bloomery.core.slurm.AccountingTable;
import org.bloomery.core.spec.ClusterProfile;

/**
 * Asks {@code sacct} about the jobs of all users, a day at a time: a month of a large site would be
 * more than one answer may have. What it is told depends on what the site lets this user see.
 */
final class SlurmAccounting implements AccountingSource {
  private static final Duration STEP = Duration.ofDays(1);

  private final ClusterProfile profile;
  private final SlurmCommands commands;

  SlurmAccounting(ClusterProfile profile, SlurmCommands commands) {
    this.profile = profile;
    this.commands = commands;
  }

  @Override
  public List<LedgerEntry> ended(Instant from, Instant to) throws SilentException {
    Ledger found = new Ledger();
    for (Instant start = from; start.isBefore(to); start = start.plus(STEP)) {
      Instant end = start.plus(STEP).isBefore(to) ? start.plus(STEP) : to;
      found.add(ask(new Sacct.Window(start.getEpochSecond(), end.getEpochSecond())));
    }
    // sacct shows all jobs that were there in the window, whenever they ended.
    return found.entries().stream()
        .filter(job -> job.end() >= from.getEpochSecond() && job.end() < to.getEpochSecond())
        .toList();
  }

  private List<LedgerEntry> ask(Sacct.Window window) throws SilentException {
    Answer answer = commands.run(SlurmProgram.SACCT, Sacct.ofAll(window));
    if (answer instanceof Answer.Ended said && !said.complains()) {
      return read(said.output());
    }
    String why =
        answer instanceof Answer.Ended said
            ? said.words()
            : answer instanceof Answer.Lost lost ? lost.why() : ((Answer.NeverRan) answer).why();
    throw new SilentException("the accounting of " + profile.name() + " did not answer: " + why);
  }

  private List<LedgerEntry> read(String output) throws SilentException {
    List<String> lines = output.lines().toList();
    if (lines.isEmpty() || !output.endsWith("\n")) {
      throw new SilentException("the answer of " + profile.name() + "'s accounting is cut");
    }
    AccountingColumns columns = AccountingColumns.titled(lines.get(0));
    if (columns.problem().isPresent()) {
      throw new SilentException("sacct printed something else: " + Answer.oneLine(lines.get(0)));
    }
    AccountingTable table =
        new AccountingTable(columns, AccountingSite.of(profile, ZoneOffset.UTC));
    return lines.subList(1, lines.size()).stream()
        .map(table::read)
        .filter(AccountingLine.Used.class::isInstance)
        .map(line -> ((AccountingLine.Used) line).entry())
        .toList();
  }
}
