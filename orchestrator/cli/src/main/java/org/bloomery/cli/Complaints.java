package org.bloomery.cli;

import java.util.List;
import java.util.Map;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.core.spec.SpecProblem;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells a person what went wrong: what, where, what next, and never a stack trace. */
final class Complaints implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Session session;

  Complaints(Session session) {
    this.session = session;
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    String hint = "See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        hint = "Did you mean: " + String.join(", ", near.subList(0, Math.min(3, near.size())));
      }
    }
    session.say(withFullStop(e.getMessage()) + " " + hint);
    return Verb.BAD_USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return explain(e);
  }

  /** Says it and returns the exit code. */
  int explain(Exception e) {
    if (e instanceof ApiException no) {
      complain(no);
      return no.kind().exitCode();
    }
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      session.say("interrupted. What was asked for before goes on; look with: bloomery list");
      return Verb.FAILED;
    }
    session.say(
        "this should not have happened: "
            + e.getClass().getSimpleName()
            + (e.getMessage() == null ? "" : ": " + e.getMessage())
            + ". For the details to report, run it again with BLOOMERY_DEBUG=1");
    if ("1".equals(session.surroundings().environment().get("BLOOMERY_DEBUG"))) {
      e.printStackTrace(session.console().err());
      session.console().err().flush();
    }
    return Verb.FAILED;
  }

  private void complain(ApiException no) {
    for (SpecProblem problem : no.problems()) {
      session.console().err().println(Terminal.printable(problem.text()));
    }
    session.say(no.getMessage());
    boolean forPrograms = session.format() != OutputFormat.TABLE;
    if (!no.problems().isEmpty() && forPrograms) {
      session.show(Map.of("problems", no.problems()), () -> "");
    }
  }

  private static String withFullStop(String sentence) {
    return sentence.endsWith(".") ? sentence : sentence + ".";
  }
}
