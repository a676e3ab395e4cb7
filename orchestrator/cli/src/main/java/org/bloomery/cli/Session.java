package org.bloomery.cli;

import java.util.function.Supplier;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.ControlPlaneApi;

/** One invocation of the command line: where it prints and whom it asks. */
final class Session {
  private final Console console;
  private final Surroundings surroundings;
  private final Printer printer = new Printer();
  private OutputFormat format = OutputFormat.TABLE;

  Session(Console console, Surroundings surroundings) {
    this.console = console;
    this.surroundings = surroundings;
  }

  Console console() {
    return console;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  ControlPlaneApi controlPlane() {
    return surroundings.connector().connect(surroundings.environment());
  }

  OutputFormat format() {
    return format;
  }

  void format(OutputFormat chosen) {
    this.format = chosen;
  }

  /** Prints a result in the chosen format. */
  void show(Object value, Supplier<String> forPeople) {
    show(value, new Forms(forPeople, Session::noReport, Session::noReport));
  }

  private static String noReport() {
    throw new ApiException(
        ApiException.Kind.INVALID, "this is no report: choose table, json or yaml");
  }

  /** What a report looks like to its readers. */
  record Forms(Supplier<String> table, Supplier<String> csv, Supplier<String> html) {}

  /** Prints a report in the chosen format. */
  void show(Object value, Forms forms) {
    console
        .out()
        .print(
            switch (format) {
              case TABLE -> forms.table().get();
              case JSON -> printer.json(value);
              case YAML -> printer.yaml(value);
              case CSV -> forms.csv().get();
              case HTML -> forms.html().get();
            });
    console.out().flush();
  }

  /** Tells the person something beside the result. */
  void say(String sentence) {
    console.err().println("bloomery: " + Terminal.printable(sentence));
    console.err().flush();
  }
}
