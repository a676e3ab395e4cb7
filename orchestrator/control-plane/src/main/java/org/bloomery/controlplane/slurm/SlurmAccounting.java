package org.bloomery.controlplane.slurm;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.bloomery.core.ledger.JobPart;
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
    for (Sacct.Window day : days(from, to)) {
      found.add(
          rows(Sacct.ofAll(day), AccountingTable::read).stream()
              .filter(AccountingLine.Used.class::isInstance)
              .map(line -> ((AccountingLine.Used) line).entry())
              .toList());
    }
    // sacct shows all jobs that were there in the window, whenever they ended.
    return found.entries().stream()
        .filter(job -> job.end() >= from.getEpochSecond() && job.end() < to.getEpochSecond())
        .toList();
  }

  @Override
  public Report report(Instant from, Instant to) throws SilentException {
    Sacct.Window all = new Sacct.Window(from.getEpochSecond(), to.getEpochSecond());
    String output = ask(SlurmProgram.SREPORT, Sreport.devices(all));
    Sreport.Said said =
        Sreport.read(output)
            .orElseThrow(
                () ->
                    new SilentException(
                        "sreport printed something else: " + Answer.oneLine(output)));
    Instant until = Instant.ofEpochSecond(said.until());
    Map<Object, JobPart> parts = new HashMap<>();
    for (Sacct.Window day : days(from, until)) {
      for (Optional<JobPart> part : rows(Sacct.partsOfAll(day), AccountingTable::part)) {
        part.ifPresent(one -> parts.merge(List.of(one.job(), isStub(one)), one, JobPart::plus));
      }
    }
    return new Report(until, said.gpuSeconds(), List.copyOf(parts.values()));
  }

  private static boolean isStub(JobPart part) {
    return part.kind() == JobPart.Kind.STUB;
  }

  private static List<Sacct.Window> days(Instant from, Instant to) {
    List<Sacct.Window> days = new ArrayList<>();
    for (Instant start = from; start.isBefore(to); start = start.plus(STEP)) {
      Instant end = start.plus(STEP).isBefore(to) ? start.plus(STEP) : to;
      days.add(new Sacct.Window(start.getEpochSecond(), end.getEpochSecond()));
    }
    return days;
  }

  private String ask(SlurmProgram program, List<String> arguments) throws SilentException {
    Answer answer = commands.run(program, arguments);
    if (answer instanceof Answer.Ended said && !said.complains()) {
      return said.output();
    }
    String why =
        answer instanceof Answer.Ended said
            ? said.words()
            : answer instanceof Answer.Lost lost ? lost.why() : ((Answer.NeverRan) answer).why();
    throw new SilentException("the accounting of " + profile.name() + " did not answer: " + why);
  }

  private <T> List<T> rows(List<String> question, BiFunction<AccountingTable, String, T> reading)
      throws SilentException {
    String output = ask(SlurmProgram.SACCT, question);
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
    return lines.stream().skip(1).map(line -> reading.apply(table, line)).toList();
  }
}
