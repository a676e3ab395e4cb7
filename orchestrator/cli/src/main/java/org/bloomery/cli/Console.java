package org.bloomery.cli;

import java.io.PrintWriter;

/** Where a command writes: results to {@code out}, everything said about them to {@code err}. */
public record Console(PrintWriter out, PrintWriter err) {}
