package org.bloomery.controlplane.api;

/**
 * A control plane, and which one leads.
 *
 * @param epoch the newest leadership number; 0 while nobody has ever led
 * @param leads whether this one leads, and acts
 * @param leader how the one that leads calls itself
 */
public record ServerView(
    String version,
    long pid,
    String home,
    String homeId,
    long epoch,
    boolean leads,
    String leader) {}
