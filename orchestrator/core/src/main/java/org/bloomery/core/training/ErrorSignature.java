package org.bloomery.core.training;

import java.util.Optional;
import org.bloomery.core.observe.EndCause;

/**
 * A line of a training log that tells of an error, with what it tells of the place.
 *
 * @param cause what such a line means when it is the first of a crash
 * @param line the evidence: at most 300 characters of the line, control characters replaced
 * @param rank the global rank, where the line names it
 * @param node the host, where the line names it
 */
public record ErrorSignature(
    EndCause cause, String line, Optional<Integer> rank, Optional<String> node) {}
