package org.bloomery.core.slurm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.id.JobKey;
import org.bloomery.core.ledger.BillingRule;
import org.bloomery.core.ledger.JobPart;
import org.bloomery.core.ledger.LedgerEntry;
import org.bloomery.core.ledger.Posting;

/**
 * Reads the lines of {@code sacct -P}, one at a time, in whatever columns they were asked for.
 *
 * <p>A job is known by its id as people see it ({@code JobID}: tasks of an array are {@code
 * 989044_3}) and its submit time; each requeue and each change of size has a line of its own in
 * {@code sacct --duplicates}, with a submit time of its own. What counts is the elapsed time, which
 * leaves out when a job was suspended.
 */
public final class AccountingTable {
  private static final List<String> ELAPSED = List.of("elapsedraw", "elapsed");

  /** No site has more; beyond it a line is damaged. */
  private static final long DEVICES_MAX = 10_000_000;

  /** Other texts are read without being remembered. */
  private static final int REMEMBERED_MAX = 50_000;

  private final AccountingColumns columns;
  private final AccountingSite site;
  private final SacctTimes times;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, Tres> given = new HashMap<>();

  /**
   * A table whose lines are still to come.
   *
   * @param columns without a {@link AccountingColumns#problem}
   */
  public AccountingTable(AccountingColumns columns, AccountingSite site) {
    this.columns = columns;
    this.site = site;
    this.times = new SacctTimes(site.zone());
  }

  /** Whether a line of the table tells a time whose meaning depends on the zone. */
  public boolean hasLocalTimes(String line) {
    return columns
        .fields(line)
        .filter(
            fields ->
                SacctTimes.isLocal(columns.field(fields, "start"))
                    || SacctTimes.isLocal(columns.field(fields, "end")))
        .isPresent();
  }

  /** What a line means. */
  public AccountingLine read(String line) {
    String[] fields = columns.fields(line).orElse(null);
    if (fields == null) {
      return new AccountingLine.Skipped(AccountingLine.Reason.BROKEN);
    }
    String id = field(fields, columns.has("jobid") ? "jobid" : "jobidraw");
    Optional<AccountingLine.Reason> reason = reasonToSkip(id, fields);
    return reason.isPresent()
        ? new AccountingLine.Skipped(reason.get())
        : measured(id, fields, SacctTimes.elapsed(elapsedText(fields)));
  }

  /**
   * What a line of {@code sacct --truncate} says of the time that was asked about; empty for steps
   * and for what has used nothing of it.
   */
  public Optional<JobPart> part(String line) {
    String[] fields = columns.fields(line).orElse(null);
    if (fields == null) {
      return Optional.empty();
    }
    String id = field(fields, columns.has("jobid") ? "jobid" : "jobidraw");
    OptionalLong submit = times.point(field(fields, "submit"));
    long seconds = SacctTimes.elapsed(elapsedText(fields)).orElse(0);
    long devices = tres(field(fields, "alloctres")).devices().orElse(0);
    if (id.indexOf('.') >= 0 || submit.isEmpty() || seconds == 0 || devices == 0) {
      return Optional.empty();
    }
    boolean isOver = SlurmState.of(field(fields, "state")).map(SlurmState::closesRow).orElse(false);
    JobPart.Kind kind = isOver ? JobPart.Kind.OVER : JobPart.Kind.RUNNING;
    return Optional.of(
        new JobPart(
            new JobKey(site.cluster(), id, submit.getAsLong()),
            site.account(field(fields, "account"), field(fields, "partition")),
            isStub(fields) ? JobPart.Kind.STUB : kind,
            Math.multiplyExact(devices, seconds)));
  }

  private Optional<AccountingLine.Reason> reasonToSkip(String id, String[] fields) {
    if (id.isEmpty() || !Character.isDigit(id.charAt(0))) {
      return Optional.of(AccountingLine.Reason.BROKEN);
    }
    if (id.indexOf('.') >= 0) {
      return Optional.of(AccountingLine.Reason.STEP);
    }
    if (id.indexOf('[') >= 0) {
      return Optional.of(AccountingLine.Reason.PENDING_ARRAY);
    }
    if (isStub(fields)) {
      return Optional.of(AccountingLine.Reason.STUB);
    }
    return columns.has("state") ? openState(field(fields, "state")) : Optional.empty();
  }

  private boolean isStub(String[] fields) {
    boolean homeless =
        (columns.has("partition") || columns.has("workdir"))
            && field(fields, "partition").isEmpty()
            && field(fields, "workdir").isEmpty();
    return homeless || field(fields, "jobname").equals("allocation");
  }

  private static Optional<AccountingLine.Reason> openState(String raw) {
    Optional<SlurmState> state = SlurmState.of(raw);
    if (state.isEmpty()) {
      return Optional.of(AccountingLine.Reason.UNKNOWN_STATE);
    }
    return state.get().closesRow() ? Optional.empty() : Optional.of(AccountingLine.Reason.NOT_OVER);
  }

  private String elapsedText(String[] fields) {
    return ELAPSED.stream()
        .map(name -> field(fields, name))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  private AccountingLine measured(String id, String[] fields, OptionalLong elapsed) {
    String start = field(fields, "start");
    String end = field(fields, "end");
    if (times.point(end).isEmpty()) {
      return new AccountingLine.Skipped(
          end.equals("Unknown") ? AccountingLine.Reason.NOT_OVER : AccountingLine.Reason.NO_TIMES);
    }
    if (times.point(start).isEmpty()) {
      return new AccountingLine.Skipped(
          elapsed.orElse(0) == 0
              ? AccountingLine.Reason.NEVER_STARTED
              : AccountingLine.Reason.NO_TIMES);
    }
    String said = elapsedText(fields);
    if (!said.isEmpty() && elapsed.isEmpty()) {
      return new AccountingLine.Skipped(
          said.startsWith("-")
              ? AccountingLine.Reason.NEGATIVE_TIME
              : AccountingLine.Reason.NO_TIMES);
    }
    SacctTimes.Span span = times.span(start, end, elapsed);
    return span.end() < span.start()
        ? new AccountingLine.Skipped(AccountingLine.Reason.NEGATIVE_TIME)
        : used(id, fields, span, elapsed);
  }

  private AccountingLine used(
      String id, String[] fields, SacctTimes.Span span, OptionalLong elapsed) {
    List<AccountingLine.Note> notes = new ArrayList<>(0);
    long lasted = span.end() - span.start();
    if (elapsed.isPresent() && elapsed.getAsLong() != lasted) {
      notes.add(AccountingLine.Note.ELAPSED_DIFFERS);
    }
    OptionalLong submit = times.point(field(fields, "submit"));
    if (submit.isEmpty()) {
      notes.add(AccountingLine.Note.NO_SUBMIT_TIME);
    }
    Tres tres = tres(field(fields, "alloctres"));
    String partition = text(field(fields, "partition"));
    long devices = tres.devices().orElse(0);
    if (devices > DEVICES_MAX) {
      return new AccountingLine.Skipped(AccountingLine.Reason.BROKEN);
    }
    BillingRule.Given job = new BillingRule.Given(tres.nodes(), devices, tres.cpus(), false);
    OptionalLong charged = site.terms().chargedDevices(partition, job);
    if (charged.isEmpty() && devices > 0) {
      notes.add(AccountingLine.Note.UNKNOWN_PARTITION);
    }
    long seconds = elapsed.orElse(lasted);
    LedgerEntry entry =
        new LedgerEntry(
            new JobKey(text(site.cluster()), id, submit.orElse(-span.start())),
            text(site.account(field(fields, "account"), partition)),
            text(field(fields, "user")),
            "",
            Optional.empty(),
            0,
            text(field(fields, "jobname")),
            partition,
            text(nodes(field(fields, "nodelist"))),
            span.start(),
            span.end(),
            Math.multiplyExact(devices, seconds),
            Math.multiplyExact(charged.orElse(devices), seconds),
            text(state(field(fields, "state"))),
            Posting.Source.ACCOUNTING,
            true);
    return new AccountingLine.Used(entry, notes);
  }

  /** Without the number of the user who cancelled it, so that equal ends look equal. */
  private static String state(String raw) {
    return SlurmState.of(raw).map(Enum::name).orElse("");
  }

  private static String nodes(String list) {
    return list.startsWith("None") || list.equals("(null)") ? "" : list;
  }

  private Tres tres(String text) {
    Tres known = given.get(text);
    if (known == null) {
      known = Tres.parse(text);
      if (given.size() < REMEMBERED_MAX) {
        given.put(text, known);
      }
    }
    return known;
  }

  /** One object for equal texts: a million lines name few accounts. */
  private String text(String field) {
    if (texts.size() >= REMEMBERED_MAX) {
      return texts.getOrDefault(field, field);
    }
    String known = texts.putIfAbsent(field, field);
    return known == null ? field : known;
  }

  private String field(String[] fields, String name) {
    return columns.field(fields, name);
  }
}
