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
    show(
        value,
        forPeople,
        () -> {
          throw new ApiException(
              ApiException.Kind.INVALID, "this has no rows: choose table, json or yaml");
        });
  }

  /** Prints a report in the chosen format. */
  void show(Object value, Supplier<String> forPeople, Supplier<String> csv) {
    console
        .out()
        .print(
            switch (format) {
              case TABLE -> forPeople.get();
              case JSON -> printer.json(value);
              case YAML -> printer.yaml(value);
              case CSV -> csv.get();
            });
    console.out().flush();
  }

  /** Tells the person something beside the result. */
  void say(String sentence) {
    console.err().println("bloomery: " + Terminal.printable(sentence));
    console.err().flush();
  }
}
