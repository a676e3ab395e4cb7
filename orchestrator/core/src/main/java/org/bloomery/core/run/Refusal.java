package org.bloomery.core.run;

/**
 * The resource manager's answer to a submission that certainly made no job.
 *
 * @param passing whether it may take the same job later
 * @param why its own words
 */
public record Refusal(boolean passing, String why) {}
