package org.bloomery.controlplane.api;

/**
 * A control plane.
 *
 * @param epoch its leadership number
 */
public record ServerView(String version, long pid, String home, String homeId, long epoch) {}
