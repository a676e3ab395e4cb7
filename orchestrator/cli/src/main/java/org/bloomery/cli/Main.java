package org.bloomery.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The program {@code bloomery}: wires the real world and runs one verb. */
public final class Main {
  private Main() {}

  /** Runs one verb and exits with its code. */
  public static void main(String[] arguments) {
    Console console = new Console(utf8(FileDescriptor.out), utf8(FileDescriptor.err));
    int code = execute(arguments, console, Wiring.real(new Serving(), new Quickstart()));
    console.out().flush();
    console.err().flush();
    System.exit(code);
  }

  /** Runs one verb in these surroundings and returns its exit code; it never throws. */
  public static int execute(String[] arguments, Console console, Surroundings surroundings) {
    Session session = new Session(console, surroundings);
    Complaints complaints = new Complaints(session);
    try {
      CommandLine root = new CommandLine(new Bloomery());
      root.getCommandSpec().version("bloomery " + Version.text());
      Verbs.addTo(root, session, arguments);
      root.setOut(console.out())
          .setErr(console.err())
          .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setUsageHelpWidth(Table.WIDTH)
          .setParameterExceptionHandler(complaints)
          .setExecutionExceptionHandler(complaints);
      if (arguments.length == 0) {
        root.usage(console.err());
        return Verb.BAD_USAGE;
      }
      return root.execute(arguments);
    } catch (RuntimeException e) {
      return complaints.explain(e);
    } finally {
      console.out().flush();
      console.err().flush();
    }
  }

  /** Always UTF-8: the locale of a login node is often none. */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8));
  }
}
