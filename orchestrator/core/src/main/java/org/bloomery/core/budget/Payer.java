package org.bloomery.core.budget;

/**
 * Who pays for a run.
 *
 * @param deviceType of the partition that it computes in, such as {@code a100-80gb}
 * @param team the run's label {@code team}; empty where it has none
 */
public record Payer(String account, String cluster, String deviceType, String team, String user) {}
