package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Groups what can be done with checkpoints. */
@Command(
    name = "checkpoints",
    description = "List or verify the checkpoints of a run.",
    synopsisSubcommandLabel = "VERB",
    footer = {"", "Example: bloomery checkpoints list bloom-nano"})
final class CheckpointsCommand extends GroupVerb {}
