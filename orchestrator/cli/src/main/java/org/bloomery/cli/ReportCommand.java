package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Groups the reports. */
@Command(
    name = "report",
    description = "Report what was used.",
    synopsisSubcommandLabel = "VERB",
    footer = {"", "Example: bloomery report usage"})
final class ReportCommand extends GroupVerb {}
