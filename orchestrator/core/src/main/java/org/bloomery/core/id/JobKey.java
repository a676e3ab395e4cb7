package org.bloomery.core.id;

/**
 * The identity of a job at its resource manager; ids alone are reused, so the submit time belongs
 * to it.
 *
 * @param cluster the cluster's name
 * @param jobId the resource manager's id, as text
 * @param submitEpoch when it was submitted, in seconds since 1970 UTC
 */
public record JobKey(String cluster, String jobId, long submitEpoch) {}
