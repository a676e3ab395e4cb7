package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Groups what can be done with nodes. */
@Command(
    name = "nodes",
    description = "List nodes that failed, and keep nodes from all runs.",
    synopsisSubcommandLabel = "VERB",
    footer = {"", "Example: bloomery nodes list"})
final class NodesCommand extends GroupVerb {}
