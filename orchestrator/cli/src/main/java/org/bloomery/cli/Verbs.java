package org.bloomery.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;

/** All verbs, in the order in which a person meets them. */
final class Verbs {
  private static final Map<String, Function<Session, CommandLine>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("quickstart", session -> new CommandLine(new QuickstartCommand(session)));
    ALL.put("validate", session -> new CommandLine(new ValidateCommand(session)));
    ALL.put("plan", session -> new CommandLine(new PlanCommand(session)));
    ALL.put("render", session -> new CommandLine(new RenderCommand(session)));
    ALL.put("submit", session -> new CommandLine(new SubmitCommand(session)));
    ALL.put("list", session -> new CommandLine(new ListCommand(session)));
    ALL.put("status", session -> new CommandLine(new StatusCommand(session)));
    ALL.put("describe", session -> new CommandLine(new DescribeCommand(session)));
    ALL.put("events", session -> new CommandLine(new EventsCommand(session)));
    ALL.put("explain", session -> new CommandLine(new ExplainCommand(session)));
    ALL.put("logs", session -> new CommandLine(new LogsCommand(session)));
    ALL.put("cancel", session -> new CommandLine(new CancelCommand(session)));
    ALL.put("stop", session -> new CommandLine(new StopCommand(session)));
    ALL.put("save", session -> new CommandLine(new SaveCommand(session)));
    ALL.put("hold", session -> new CommandLine(new HoldCommand(session)));
    ALL.put("release", session -> new CommandLine(new ReleaseCommand(session)));
    ALL.put("resume", session -> new CommandLine(new ResumeCommand(session)));
    ALL.put(
        "checkpoints",
        session ->
            new CommandLine(new CheckpointsCommand())
                .addSubcommand(new CheckpointsListCommand(session))
                .addSubcommand(new CheckpointsVerifyCommand(session)));
    ALL.put(
        "nodes",
        session ->
            new CommandLine(new NodesCommand())
                .addSubcommand(new NodesListCommand(session))
                .addSubcommand(new NodesExcludeCommand(session))
                .addSubcommand(new NodesReadmitCommand(session)));
    ALL.put(
        "budget",
        session ->
            new CommandLine(new BudgetCommand())
                .addSubcommand(new BudgetShowCommand(session))
                .addSubcommand(new BudgetSetCommand(session))
                .addSubcommand(new BudgetCreditCommand(session))
                .addSubcommand(new BudgetDebitCommand(session)));
    ALL.put(
        "ledger",
        session ->
            new CommandLine(new LedgerCommand())
                .addSubcommand(new LedgerImportCommand(session))
                .addSubcommand(new LedgerCollectCommand(session)));
    ALL.put(
        "report",
        session ->
            new CommandLine(new ReportCommand())
                .addSubcommand(new ReportUsageCommand(session))
                .addSubcommand(new ReportWasteCommand(session))
                .addSubcommand(new ReportBudgetCommand(session))
                .addSubcommand(new ReportAuditCommand(session)));
    ALL.put("serve", session -> new CommandLine(new ServeCommand(session)));
    ALL.put("doctor", session -> new CommandLine(new DoctorCommand(session)));
  }

  private Verbs() {}

  /**
   * Adds what these arguments need. Reading one command's annotations takes a while, so a known
   * verb comes alone; anything else (help, a misspelt verb) needs them all.
   */
  static void addTo(CommandLine root, Session session, String[] arguments) {
    String verb = arguments.length == 0 ? "" : arguments[0];
    if (ALL.containsKey(verb)) {
      root.addSubcommand(verb, ALL.get(verb).apply(session));
    } else {
      ALL.forEach((name, command) -> root.addSubcommand(name, command.apply(session)));
    }
  }
}
