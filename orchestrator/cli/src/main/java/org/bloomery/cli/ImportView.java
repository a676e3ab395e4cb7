package org.bloomery.cli;

import java.util.List;

/**
 * What an accounting file came to.
 *
 * @param dryRun whether nothing was sent to the control plane
 * @param lines in the file, without its title
 * @param jobs how many of them were posted
 * @param changed how many of these the ledger did not have so before; 0 in a dry run
 * @param gpuSeconds as charged
 */
record ImportView(
    String file,
    String cluster,
    boolean dryRun,
    long lines,
    long jobs,
    long changed,
    long allocatedGpuSeconds,
    long gpuSeconds,
    List<Kind> skipped,
    List<Kind> odd) {
  ImportView {
    skipped = List.copyOf(skipped);
    odd = List.copyOf(odd);
  }

  /**
   * Lines of one kind.
   *
   * @param why in words
   */
  record Kind(String name, String why, long lines, List<Example> examples) {
    Kind {
      examples = List.copyOf(examples);
    }
  }

  /** One of them, with its place in the file. */
  record Example(long line, String text) {}

  String screen() {
    StringBuilder screen = new StringBuilder();
    screen
        .append(RunScreen.line("file", file + ", " + lines + " lines"))
        .append(RunScreen.line("cluster", cluster))
        .append(RunScreen.line("jobs", jobs + (dryRun ? "" : ", " + changed + " of them new")))
        .append(RunScreen.line("allocated", RunScreen.used(allocatedGpuSeconds)))
        .append(RunScreen.line("charged", RunScreen.used(gpuSeconds)));
    classes(screen, "Not posted", skipped);
    classes(screen, "Posted, but odd", odd);
    if (dryRun) {
      screen.append("\nNothing was sent: this was a dry run.\n");
    }
    return screen.toString();
  }

  private static void classes(StringBuilder screen, String title, List<Kind> classes) {
    if (classes.isEmpty()) {
      return;
    }
    screen.append('\n').append(title).append('\n');
    for (Kind one : classes) {
      screen.append(String.format("%8d  %s%n", one.lines(), one.why()));
      for (Example example : one.examples()) {
        String text = Terminal.printable(example.text());
        screen.append(String.format("%18d: %s%n", example.line(), text));
      }
    }
  }
}
