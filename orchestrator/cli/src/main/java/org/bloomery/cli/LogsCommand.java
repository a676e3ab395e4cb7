package org.bloomery.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.LogView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what a training printed. */
@Command(
    name = "logs",
    description = "Show what a training printed.",
    footer = {"", "Example: bloomery logs bloom-nano -f --last 4000"})
final class LogsCommand extends RunVerb {
  private static final Duration LOOK = Duration.ofMillis(500);

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the attempt is over.")
  private boolean follow;

  @Option(
      names = "--attempt",
      paramLabel = "N",
      description = "Of this attempt (default: the current or last one).")
  private Integer attempt;

  @Option(
      names = "--last",
      paramLabel = "BYTES",
      description = "Only what the last BYTES hold (default: everything).")
  private long last;

  LogsCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (session().format() != OutputFormat.TABLE) {
      throw new ApiException(
          ApiException.Kind.INVALID, "logs are text; they have no -o json or yaml. Leave it out");
    }
    if (last < 0 || (attempt != null && attempt < 1)) {
      throw new ApiException(
          ApiException.Kind.INVALID, "--last and --attempt take numbers above 0.");
    }
    print(session().controlPlane());
    return DONE;
  }

  private void print(ControlPlaneApi controlPlane) throws InterruptedException {
    PrintWriter out = session().console().out();
    Optional<Integer> number = Optional.ofNullable(attempt);
    long offset = -last;
    while (true) {
      LogView piece = controlPlane.log(run(), number, offset);
      out.print(Terminal.printableLines(piece.text()));
      out.flush();
      // What follows belongs to this attempt, also if the next one starts meanwhile.
      number = Optional.of(piece.attempt());
      offset = piece.nextOffset();
      boolean caughtUp = piece.text().isEmpty();
      if ((caughtUp && (piece.over() || !follow)) || out.checkError()) {
        return;
      }
      if (caughtUp) {
        session().surroundings().pause().rest(LOOK);
      }
    }
  }
}
