package org.bloomery.cli;

import java.util.Optional;
import org.bloomery.core.report.Period;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A verb about what one cluster's own accounting tells of a period. */
abstract class AccountingVerb extends Verb {
  @Mixin private PeriodOptions days;

  @Option(
      names = "--cluster",
      paramLabel = "CLUSTER",
      description = "Whose accounting; needed where several have one.")
  private String cluster;

  AccountingVerb(Session session) {
    super(session);
  }

  Optional<String> cluster() {
    return Optional.ofNullable(cluster);
  }

  Period period() {
    return days.period();
  }
}
