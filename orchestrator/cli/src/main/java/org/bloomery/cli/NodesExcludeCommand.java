package org.bloomery.cli;

import java.time.Duration;
import java.util.Optional;
import org.bloomery.controlplane.api.ControlPlaneApi;
import org.bloomery.controlplane.api.NodeExclusion;
import org.bloomery.controlplane.api.NodeView;
import org.bloomery.core.spec.DurationText;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Keeps a node from all runs. */
@Command(
    name = "exclude",
    description = "Keep a node from the next attempts of all runs.",
    footer = {
      "",
      "What runs there goes on. No run is left with fewer nodes than it needs.",
      "",
      "Example: bloomery nodes exclude iam34 --reason \"ECC errors\" --for 2d"
    })
final class NodesExcludeCommand extends NodeVerb {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "One line for whoever reads the list.")
  private String reason;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = Span.class,
      description = "Such as 12h or 2d; without it, until the node is readmitted.")
  private Duration time;

  NodesExcludeCommand(Session session) {
    super(session);
  }

  @Override
  NodeView act(ControlPlaneApi controlPlane, Optional<String> cluster, String node) {
    NodeExclusion asked = new NodeExclusion(cluster, node, reason, Optional.ofNullable(time));
    return controlPlane.excludeNode(asked, "");
  }

  /** Reads a duration as it is typed. */
  static final class Span implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return DurationText.parse(text)
          .filter(time -> !time.isZero())
          .orElseThrow(
              () -> new TypeConversionException("write a time with its units: 2d, 12h, 1h30m"));
    }
  }
}
