package org.bloomery.cli;

import picocli.CommandLine.Command;

/** Groups what can be done with the ledger. */
@Command(
    name = "ledger",
    description = "Fill the ledger of GPU-hours.",
    synopsisSubcommandLabel = "VERB",
    footer = {"", "Example: bloomery ledger import accounting.txt --cluster jean-zay-a100"})
final class LedgerCommand extends GroupVerb {}
