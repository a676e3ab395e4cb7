package org.bloomery.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bloomery.core.script.AttemptFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the exact files of a run's first attempt. */
@Command(
    name = "render",
    description = "Show the exact files of a run's first attempt, or write them.",
    footer = {"", "Example: bloomery render job-specs/bloom-nano/run.yaml --to /tmp/nano"})
final class RenderCommand extends SpecVerb {
  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Write them into this directory instead.")
  private Path to;

  RenderCommand(Session session) {
    super(session);
  }

  /** The stable JSON of this command. */
  record Rendered(List<RenderedFile> files) {}

  /** One file of an attempt. */
  record RenderedFile(String name, String text) {}

  @Override
  public Integer call() {
    Checked checked = check(read());
    Surroundings around = session().surroundings();
    AttemptFiles files = around.site().render(checked.spec(), checked.cluster());
    Rendered rendered =
        new Rendered(
            files.texts().entrySet().stream()
                .map(file -> new RenderedFile(file.getKey(), file.getValue()))
                .toList());
    if (to == null) {
      session().show(rendered, () -> screen(rendered));
      return DONE;
    }
    Path directory = around.workingDirectory().resolve(to);
    for (RenderedFile file : rendered.files()) {
      around.site().write(directory.resolve(file.name()), file.text());
    }
    session()
        .show(
            Map.of("directory", directory.toString()),
            () ->
                Terminal.printable("wrote " + rendered.files().size() + " files to " + directory)
                    + "\n");
    return DONE;
  }

  private static String screen(Rendered rendered) {
    StringBuilder text = new StringBuilder();
    for (RenderedFile file : rendered.files()) {
      text.append("==> ").append(file.name()).append(" <==\n");
      text.append(Terminal.printableLines(file.text())).append('\n');
    }
    return text.toString();
  }
}
