package org.bloomery.cli;

import java.util.Locale;

/** Tells a person what happens, with the seconds since the beginning. */
final class Story {
  private final Console console;
  private final long startNanos = System.nanoTime();

  Story(Console console) {
    this.console = console;
  }

  void tell(String sentence) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    console
        .out()
        .println(String.format(Locale.ROOT, "[%5.1f s] %s", seconds, Terminal.printable(sentence)));
    console.out().flush();
  }

  void show(String title, Object block) {
    console.out().println();
    console.out().println(title);
    console.out().println("-".repeat(title.length()));
    console.out().print(block);
    console.out().println();
    console.out().flush();
  }
}
