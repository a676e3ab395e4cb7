package org.bloomery.core.report;

/**
 * What a run's history tells of one of its jobs, beyond what it used.
 *
 * @param cause why its attempt ended, in words
 * @param lostGpuSeconds of steps that a later attempt did again or will have to
 */
public record JobStory(String cause, long lostGpuSeconds) {}
