package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Groups what can be done with allocations. */
@Command(
    name = "budget",
    description = "Show, grant, credit and debit allocations of GPU-hours.",
    synopsisSubcommandLabel = "VERB",
    footer = {"", "Example: bloomery budget show"})
final class BudgetCommand extends GroupVerb {}
