package org.bloomery.core.checkpoint;

import java.time.Duration;

/**
 * One look at one checkpoint directory of the current attempt.
 *
 * @param unchangedFor how long two looks of this observer have found the same files (names, sizes,
 *     times, fingerprints); zero on the first look
 */
public record Sighting(CheckpointRef ref, Verdict verdict, Duration unchangedFor) {}
