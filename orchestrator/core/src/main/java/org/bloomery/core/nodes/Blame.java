package org.bloomery.core.nodes;

import java.time.Instant;
import org.bloomery.core.id.RunId;
import org.bloomery.core.observe.EndCause;

/** One attempt for whose end a node was blamed. */
public record Blame(RunId run, int attempt, EndCause cause, Instant at) {}
